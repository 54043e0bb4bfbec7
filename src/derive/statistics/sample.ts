import { largest, smallest } from "../../model/extremes.js";

/** The size, mean and standard deviation of a sample. */
export interface Sample {
  readonly mean: number;
  /** Sample standard deviation (denominator n - 1). Null for n < 2. */
  readonly standardDeviation: number | null;
  readonly n: number;
}

/** A two-sided confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Confidence level, such as 0.95. */
  readonly confidence: number;
}

/** Returns the moments of `values`. Undefined if `values` is empty. */
export function summarise(values: readonly number[]): Sample | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = n < 2 ? null : Math.sqrt(squares / (n - 1));
  return { mean, standardDeviation, n };
}

/** Returns the arithmetic mean of `values`. NaN if `values` is empty. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean and the range of the values that are defined. */
interface MeanAndRange {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Number of defined values. */
  readonly n: number;
}

/** Returns the mean, minimum and maximum of the values that are not null. Undefined if there are none. */
export function meanAndRange(values: readonly (number | null)[]): MeanAndRange | undefined {
  const defined = values.filter((value) => value !== null);
  if (defined.length === 0) return undefined;
  return {
    mean: meanOf(defined),
    min: smallest(defined),
    max: largest(defined),
    n: defined.length,
  };
}
