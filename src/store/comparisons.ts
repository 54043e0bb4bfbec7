import type { Database } from "./database.js";

/** Two factor hashes with left <= right: every stored measure is symmetric, so each pair has one row. */
export interface ComparisonKey {
  readonly left: string;
  readonly right: string;
}

/** Facts about two updates, scalings left out; measures are null where a weight is not finite (see schema.prisma). */
export interface Comparison extends ComparisonKey {
  readonly innerProduct: number | null;
  readonly leftSquaredNorm: number | null;
  readonly rightSquaredNorm: number | null;
  readonly squaredDistance: number | null;
  readonly initialCosine: number | null;
  /** Of the kernel that computed it. */
  readonly kernelVersion: number;
  readonly provider: string;
  readonly precision: string;
  /** Its share of the task's wall time. */
  readonly seconds: number;
}

/** The stored comparisons among `keys`, of this kernel version. */
export function findComparisons(
  { sql }: Database,
  keys: readonly ComparisonKey[],
  kernelVersion: number,
): Promise<Comparison[]> {
  return sql<Comparison[]>`
    select left_hash as left, right_hash as right, inner_product as "innerProduct",
      left_squared_norm as "leftSquaredNorm", right_squared_norm as "rightSquaredNorm",
      squared_distance as "squaredDistance", initial_cosine as "initialCosine", kernel_version as "kernelVersion",
      provider, precision, seconds
    from comparison
    join unnest(${keys.map(({ left }) => left)}::text[], ${keys.map(({ right }) => right)}::text[]) as wanted (l, r)
      on left_hash = l and right_hash = r
    where kernel_version = ${kernelVersion}`;
}

/** Stores comparisons; where another process was first, its row stays. */
export async function saveComparisons({ sql }: Database, comparisons: readonly Comparison[]): Promise<void> {
  if (comparisons.length === 0) return;
  const rows = comparisons.map((row) => ({
    left_hash: row.left,
    right_hash: row.right,
    kernel_version: row.kernelVersion,
    inner_product: row.innerProduct,
    left_squared_norm: row.leftSquaredNorm,
    right_squared_norm: row.rightSquaredNorm,
    squared_distance: row.squaredDistance,
    initial_cosine: row.initialCosine,
    provider: row.provider,
    precision: row.precision,
    seconds: row.seconds,
  }));
  await sql`insert into comparison ${sql(rows)} on conflict do nothing`;
}
