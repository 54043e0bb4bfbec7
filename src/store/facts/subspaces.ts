import type { Sql } from "postgres";
import type { SubspaceFacts } from "../../model/computed-facts.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { Connection } from "../connection.js";

/** Two keys of updates with left <= right. */
export interface SubspaceKey {
  readonly left: string;
  readonly right: string;
}

type Subspace = SubspaceKey & SubspaceFacts & StoredFact;

/** Returns the stored subspace facts among `keys` of this kernel version. */
export function findSubspaces(
  { sql }: Connection,
  keys: readonly SubspaceKey[],
  kernelVersion: number,
): Promise<Subspace[]> {
  return sql<Subspace[]>`
    select left_hash as left, right_hash as right, left_rank as "leftRank", right_rank as "rightRank",
      out_overlaps as "outOverlaps", in_overlaps as "inOverlaps", out_cosines as "outCosines",
      in_cosines as "inCosines", kernel_version as "kernelVersion", provider, precision, fallback, seconds
    ${among(sql, keys, kernelVersion)}`;
}

/** Returns the `keys` whose subspace facts are stored. Their matrices are not read. */
export function subspaceKeys(
  { sql }: Connection,
  keys: readonly SubspaceKey[],
  kernelVersion: number,
): Promise<SubspaceKey[]> {
  return sql<SubspaceKey[]>`select left_hash as left, right_hash as right ${among(sql, keys, kernelVersion)}`;
}

const among = (sql: Sql, keys: readonly SubspaceKey[], kernelVersion: number) => sql`
  from subspace
  join unnest(${keys.map(({ left }) => left)}::text[], ${keys.map(({ right }) => right)}::text[]) as wanted (l, r)
    on left_hash = l and right_hash = r
  where kernel_version = ${kernelVersion}`;

/** Stores subspace facts. Rows that another worker stored meanwhile stay. */
export async function saveSubspaces({ sql }: Connection, rows: readonly Subspace[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into subspace (left_hash, right_hash, kernel_version, left_rank, right_rank, out_overlaps, in_overlaps,
      out_cosines, in_cosines, provider, precision, fallback, seconds)
    select "left", "right", "kernelVersion", "leftRank", "rightRank", "outOverlaps", "inOverlaps", "outCosines",
      "inCosines", provider, precision, fallback, seconds
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as row ("left" text, "right" text,
      "kernelVersion" int, "leftRank" int, "rightRank" int, "outOverlaps" float8[], "inOverlaps" float8[],
      "outCosines" float8[], "inCosines" float8[], provider text, precision text, fallback text, seconds float8)
    on conflict do nothing`;
}
