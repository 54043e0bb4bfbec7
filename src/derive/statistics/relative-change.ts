import type { Interval, Sample } from "./sample.js";
import { studentT } from "./student-t.js";

/** (candidate - baseline) / |baseline| * 100: positive where the candidate is greater, whatever the baseline's sign. */
export function relativeChange(baseline: number, candidate: number): number {
  return ((candidate - baseline) / Math.abs(baseline)) * 100;
}

/**
 * Confidence interval of the relative change of two independent sample means, in percent, by the delta method with
 * Welch-Satterthwaite degrees of freedom (Welch 1947, Biometrika 34).
 * Undefined where a sample has fewer than two values or the baseline's mean is 0.
 */
export function relativeChangeInterval(baseline: Sample, candidate: Sample, confidence = 0.95): Interval | undefined {
  if (baseline.standardDeviation === null || candidate.standardDeviation === null || baseline.mean === 0)
    return undefined;
  const ratio = candidate.mean / baseline.mean;
  const fromCandidate = candidate.standardDeviation ** 2 / candidate.n / baseline.mean ** 2;
  const fromBaseline = (ratio ** 2 * baseline.standardDeviation ** 2) / baseline.n / baseline.mean ** 2;
  const variance = fromCandidate + fromBaseline;
  const percent = relativeChange(baseline.mean, candidate.mean);
  if (variance === 0) return { low: percent, high: percent, confidence };
  const freedom = variance ** 2 / (fromCandidate ** 2 / (candidate.n - 1) + fromBaseline ** 2 / (baseline.n - 1));
  return around(percent, studentT(confidence, freedom) * Math.sqrt(variance) * 100, confidence);
}

/**
 * The same of paired values: the delta method on candidate - ratio * baseline of each pair, whose variance holds what the
 * two sides share (Cochran 1977, Sampling Techniques, section 6.3), with n - 1 degrees of freedom.
 * Undefined for fewer than two pairs or a baseline whose mean is 0.
 */
export function pairedChangeInterval(
  pairs: readonly (readonly [baseline: number, candidate: number])[],
  confidence = 0.95,
): Interval | undefined {
  const n = pairs.length;
  const baseline = pairs.reduce((sum, [value]) => sum + value, 0) / n;
  const candidate = pairs.reduce((sum, [, value]) => sum + value, 0) / n;
  if (n < 2 || baseline === 0) return undefined;
  const ratio = candidate / baseline;
  // Their mean is 0: ratio is that of the means.
  const squares = pairs.reduce((sum, [left, right]) => sum + (right - ratio * left) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n) / Math.abs(baseline);
  return around(relativeChange(baseline, candidate), studentT(confidence, n - 1) * error * 100, confidence);
}

function around(middle: number, half: number, confidence: number): Interval | undefined {
  return Number.isFinite(half) ? { low: middle - half, high: middle + half, confidence } : undefined;
}
