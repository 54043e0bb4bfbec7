import type { Sql } from "postgres";
import type { PairFacts } from "../../model/computed-facts.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { Connection } from "../connection.js";

/** Two keys of updates with left <= right: every stored measure is symmetric, so each pair has one row. */
export interface ComparisonKey {
  readonly left: string;
  readonly right: string;
  readonly scalingRatio: number;
}

export type Comparison = ComparisonKey & PairFacts & StoredFact;

/** Returns the stored comparisons among `keys` of this kernel version. */
export function findComparisons(
  { sql }: Connection,
  keys: readonly ComparisonKey[],
  kernelVersion: number,
): Promise<Comparison[]> {
  return sql<Comparison[]>`
    select left_hash as left, right_hash as right, scaling_ratio as "scalingRatio", inner_product as "innerProduct",
      left_squared_norm as "leftSquaredNorm", right_squared_norm as "rightSquaredNorm",
      squared_distance as "squaredDistance", initial_cosine as "initialCosine", kernel_version as "kernelVersion",
      provider, precision, fallback, seconds
    ${among(sql, keys, kernelVersion)}`;
}

/** Returns the `keys` whose comparison is stored. */
export function comparedKeys(
  { sql }: Connection,
  keys: readonly ComparisonKey[],
  kernelVersion: number,
): Promise<ComparisonKey[]> {
  return sql<ComparisonKey[]>`
    select left_hash as left, right_hash as right, scaling_ratio as "scalingRatio" ${among(sql, keys, kernelVersion)}`;
}

const among = (sql: Sql, keys: readonly ComparisonKey[], kernelVersion: number) => sql`
  from comparison
  join unnest(
    ${keys.map(({ left }) => left)}::text[], ${keys.map(({ right }) => right)}::text[],
    ${keys.map(({ scalingRatio }) => scalingRatio)}::float8[]) as wanted (l, r, ratio)
    on left_hash = l and right_hash = r and scaling_ratio = ratio
  where kernel_version = ${kernelVersion}`;

/** Stores comparisons. Rows that another worker stored meanwhile stay. */
export async function saveComparisons({ sql }: Connection, rows: readonly Comparison[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into comparison (left_hash, right_hash, scaling_ratio, kernel_version, inner_product, left_squared_norm,
      right_squared_norm, squared_distance, initial_cosine, provider, precision, fallback, seconds)
    select "left", "right", "scalingRatio", "kernelVersion", "innerProduct", "leftSquaredNorm", "rightSquaredNorm",
      "squaredDistance", "initialCosine", provider, precision, fallback, seconds
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as row ("left" text, "right" text,
      "scalingRatio" float8, "kernelVersion" int, "innerProduct" float8, "leftSquaredNorm" float8,
      "rightSquaredNorm" float8, "squaredDistance" float8, "initialCosine" float8, provider text, precision text,
      fallback text, seconds float8)
    on conflict do nothing`;
}
