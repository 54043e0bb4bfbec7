import { meanOf } from "./sample.js";

/** The mean and the range of the values that are defined. */
export interface MeanAndRange {
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
    min: Math.min(...defined),
    max: Math.max(...defined),
    n: defined.length,
  };
}
