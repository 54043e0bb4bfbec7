import type { Interval, Sample } from "./sample.js";
import { studentT } from "./student-t.js";

/**
 * Returns the confidence interval of a mean by Student's t distribution with n - 1 degrees of freedom. Null for a single
 * value, and for equal values, which give no estimate of the variation.
 */
export function meanInterval({ mean, standardDeviation, n }: Sample, confidence: number): Interval | null {
  if (standardDeviation === null || standardDeviation === 0) return null;
  const halfWidth = (studentT(confidence, n - 1) * standardDeviation) / Math.sqrt(n);
  return { low: mean - halfWidth, high: mean + halfWidth, confidence };
}
