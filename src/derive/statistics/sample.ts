/** A sample's size and moments; `standardDeviation` (n - 1 in the denominator) is null for n < 2. */
export interface Sample {
  readonly mean: number;
  readonly standardDeviation: number | null;
  readonly n: number;
}

/** A two-sided confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** 0.95: the share of such intervals that hold the true value. */
  readonly confidence: number;
}

/** Summarises `values`; undefined when there are none. */
export function summarise(values: readonly number[]): Sample | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: n < 2 ? null : Math.sqrt(squares / (n - 1)), n };
}
