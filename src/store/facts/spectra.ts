import type { Sql } from "postgres";
import type { SpectrumFacts } from "../../model/computed-facts.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { Connection } from "../connection.js";

/** The key of one update. */
export interface SpectrumKey {
  readonly hash: string;
}

export type Spectrum = SpectrumKey & SpectrumFacts & StoredFact;

/** Returns the stored spectra among `keys` of this kernel version. */
export function findSpectra(
  { sql }: Connection,
  keys: readonly SpectrumKey[],
  kernelVersion: number,
): Promise<Spectrum[]> {
  return sql<Spectrum[]>`
    select hash, singular_values as "singularValues", squared_norm as "squaredNorm",
      kernel_version as "kernelVersion", provider, precision, fallback, seconds
    ${among(sql, keys, kernelVersion)}`;
}

/** Returns the `keys` whose spectrum is stored. */
export function spectrumKeys(
  { sql }: Connection,
  keys: readonly SpectrumKey[],
  kernelVersion: number,
): Promise<SpectrumKey[]> {
  return sql<SpectrumKey[]>`select hash ${among(sql, keys, kernelVersion)}`;
}

const among = (sql: Sql, keys: readonly SpectrumKey[], kernelVersion: number) => sql`
  from spectrum
  where hash = any(${keys.map(({ hash }) => hash)}::text[]) and kernel_version = ${kernelVersion}`;

/** Stores spectra. Rows that another worker stored meanwhile stay. */
export async function saveSpectra({ sql }: Connection, rows: readonly Spectrum[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into spectrum (hash, kernel_version, singular_values, squared_norm, provider, precision, fallback, seconds)
    select hash, "kernelVersion", "singularValues", "squaredNorm", provider, precision, fallback, seconds
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as row (hash text, "kernelVersion" int,
      "singularValues" float8[], "squaredNorm" float8, provider text, precision text, fallback text, seconds float8)
    on conflict do nothing`;
}
