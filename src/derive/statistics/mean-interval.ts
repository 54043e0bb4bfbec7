import { studentT } from "./student-t.js";
import type { Interval, Sample } from "./sample.js";

/**
 * The interval of a mean by Student's t, n - 1 degrees of freedom; null of one value, and of values that are all equal:
 * they do not tell how much another would differ.
 */
export function meanInterval({ mean, standardDeviation, n }: Sample, confidence: number): Interval | null {
  if (standardDeviation === null || standardDeviation === 0) return null;
  const half = (studentT(confidence, n - 1) * standardDeviation) / Math.sqrt(n);
  return { low: mean - half, high: mean + half, confidence };
}
