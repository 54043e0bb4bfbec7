import type { ValuePair } from "./mean-test.js";
import { meanOf, type Interval, type Sample } from "./sample.js";
import { studentT } from "./student-t.js";

/** Returns (candidate - baseline) / |baseline| * 100: positive if the candidate is larger, for either sign of the baseline. */
export function relativeChange(baseline: number, candidate: number): number {
  return ((candidate - baseline) / Math.abs(baseline)) * 100;
}

/**
 * Returns the confidence interval, in percent, of the relative change between two independent sample means. It uses the
 * delta method with Welch-Satterthwaite degrees of freedom (Welch 1947, Biometrika 34).
 * Undefined if a sample has fewer than two values or the mean of the baseline is 0.
 */
export function relativeChangeInterval(baseline: Sample, candidate: Sample, confidence = 0.95): Interval | undefined {
  if (baseline.standardDeviation === null || candidate.standardDeviation === null) return undefined;
  if (baseline.mean === 0) return undefined;
  const ratio = candidate.mean / baseline.mean;
  const fromCandidate = candidate.standardDeviation ** 2 / candidate.n / baseline.mean ** 2;
  const fromBaseline = (ratio ** 2 * baseline.standardDeviation ** 2) / baseline.n / baseline.mean ** 2;
  const variance = fromCandidate + fromBaseline;
  const percent = relativeChange(baseline.mean, candidate.mean);
  if (variance === 0) return { low: percent, high: percent, confidence };
  const degreesOfFreedom =
    variance ** 2 / (fromCandidate ** 2 / (candidate.n - 1) + fromBaseline ** 2 / (baseline.n - 1));
  return around(percent, studentT(confidence, degreesOfFreedom) * Math.sqrt(variance) * 100, confidence);
}

/**
 * Returns the confidence interval, in percent, of the relative change between paired values. It applies the delta method
 * to candidate - ratio * baseline of each pair, whose variance excludes what the pair has in common (Cochran 1977,
 * Sampling Techniques, section 6.3), with n - 1 degrees of freedom.
 * Undefined for fewer than two pairs, or if the mean of the baseline is 0.
 */
export function pairedChangeInterval(pairs: readonly ValuePair[], confidence = 0.95): Interval | undefined {
  const n = pairs.length;
  const baseline = meanOf(pairs.map((pair) => pair.baseline));
  const candidate = meanOf(pairs.map((pair) => pair.candidate));
  if (n < 2 || baseline === 0) return undefined;
  const ratio = candidate / baseline;
  // The residuals have mean 0, because the ratio is that of the means.
  const squares = pairs.reduce((sum, pair) => sum + (pair.candidate - ratio * pair.baseline) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n) / Math.abs(baseline);
  return around(relativeChange(baseline, candidate), studentT(confidence, n - 1) * error * 100, confidence);
}

/** The relative standard deviation that several samples have in common. */
export interface PooledVariation {
  /** Standard deviation divided by the mean. */
  readonly relativeDeviation: number;
  readonly degreesOfFreedom: number;
}

/**
 * Returns the relative standard deviation of all samples together, weighted by their degrees of freedom. It assumes that the
 * relative deviation is the same in every sample. Undefined if no sample has two values and a mean other than 0.
 */
export function pooledVariation(samples: readonly Sample[]): PooledVariation | undefined {
  const usable = samples.flatMap(({ mean, standardDeviation, n }) =>
    standardDeviation === null || mean === 0 ? [] : [{ weight: n - 1, square: (standardDeviation / mean) ** 2 }],
  );
  const degreesOfFreedom = usable.reduce((sum, { weight }) => sum + weight, 0);
  const variance = usable.reduce((sum, { weight, square }) => sum + weight * square, 0) / degreesOfFreedom;
  if (degreesOfFreedom === 0 || !(variance > 0)) return undefined;
  return { relativeDeviation: Math.sqrt(variance), degreesOfFreedom };
}

/**
 * Returns the confidence interval, in percent, of the relative change between two means by the delta method, with the given
 * relative deviation of a single value. Undefined if the mean of the baseline is 0.
 */
export function pooledChangeInterval(
  baseline: Sample,
  candidate: Sample,
  { relativeDeviation, degreesOfFreedom }: PooledVariation,
  confidence = 0.95,
): Interval | undefined {
  if (baseline.mean === 0) return undefined;
  const ratio = candidate.mean / baseline.mean;
  const error = Math.abs(ratio) * relativeDeviation * Math.sqrt(1 / baseline.n + 1 / candidate.n);
  const percent = relativeChange(baseline.mean, candidate.mean);
  return around(percent, studentT(confidence, degreesOfFreedom) * error * 100, confidence);
}

/**
 * Returns whether the confidence set of a ratio with this denominator is unbounded, because the mean of the denominator does
 * not differ from 0 (Fieller 1954, J. R. Stat. Soc. B 16).
 */
export function isUnboundedRatio({ mean, standardDeviation, n }: Sample, confidence: number): boolean {
  if (standardDeviation === null || standardDeviation === 0) return false;
  return Math.abs(mean) <= (studentT(confidence, n - 1) * standardDeviation) / Math.sqrt(n);
}

/**
 * Returns the confidence interval of candidate - baseline of two independent means, with Welch's degrees of freedom.
 * Undefined if a sample has fewer than two values, or if neither varies.
 */
export function differenceInterval(baseline: Sample, candidate: Sample, confidence = 0.95): Interval | undefined {
  if (baseline.standardDeviation === null || candidate.standardDeviation === null) return undefined;
  const ofBaseline = baseline.standardDeviation ** 2 / baseline.n;
  const ofCandidate = candidate.standardDeviation ** 2 / candidate.n;
  const variance = ofBaseline + ofCandidate;
  if (variance === 0) return undefined;
  const degreesOfFreedom = variance ** 2 / (ofBaseline ** 2 / (baseline.n - 1) + ofCandidate ** 2 / (candidate.n - 1));
  const halfWidth = studentT(confidence, degreesOfFreedom) * Math.sqrt(variance);
  return around(candidate.mean - baseline.mean, halfWidth, confidence);
}

function around(middle: number, halfWidth: number, confidence: number): Interval | undefined {
  if (!Number.isFinite(halfWidth)) return undefined;
  return { low: middle - halfWidth, high: middle + halfWidth, confidence };
}
