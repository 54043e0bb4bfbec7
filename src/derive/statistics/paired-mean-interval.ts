import type { ValuePair } from "./mean-test.js";
import { summarise, type Interval } from "./sample.js";
import { studentT } from "./student-t.js";

/**
 * Returns the confidence interval of the mean of candidate - baseline by Student's t with n - 1 degrees of freedom. Undefined for
 * fewer than two pairs, or if all differences are equal.
 */
export function pairedMeanInterval(pairs: readonly ValuePair[], confidence: number): Interval | undefined {
  const sample = summarise(pairs.map(({ baseline, candidate }) => candidate - baseline));
  if (sample?.standardDeviation == null || sample.standardDeviation === 0) return undefined;
  const distance = (studentT(confidence, sample.n - 1) * sample.standardDeviation) / Math.sqrt(sample.n);
  return { low: sample.mean - distance, high: sample.mean + distance, confidence };
}
