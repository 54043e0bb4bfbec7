import { meanInterval } from "../runs/configuration-means.js";
import { summarise, type Interval, type Sample } from "./sample.js";

/** A mean over runs, or over pairs of runs, none of which is missing. */
export interface CompleteMean extends Sample {
  /** Interval by Student's t. Null for a single value, and for equal values. */
  readonly interval: Interval | null;
}

/** Returns the mean of the values. Null while one is missing, because it would change, and without values. */
export function completeMean(values: readonly (number | null)[], confidence: number): CompleteMean | null {
  const known = values.filter((value) => value !== null);
  const sample = known.length < values.length ? undefined : summarise(known);
  return sample === undefined ? null : { ...sample, interval: meanInterval(sample, confidence) };
}
