import { meanOf, type Sample } from "./sample.js";
import { twoSidedP } from "./student-t.js";
import { largest } from "../../model/extremes.js";

/** A test of whether two means are equal. */
export interface MeanTest {
  /** Test statistic. Positive if the mean of the candidate is larger. */
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided p-value. */
  readonly p: number;
}

/** The values of a baseline and a candidate that belong together, such as two runs with the same seed. */
export interface ValuePair {
  readonly baseline: number;
  readonly candidate: number;
}

/**
 * Returns Welch's t-test of two independent samples, which may have different variances (Welch 1947, Biometrika 34).
 * Undefined if a sample has fewer than two values, or if neither sample varies.
 */
export function welchTest(baseline: Sample, candidate: Sample): MeanTest | undefined {
  if (baseline.standardDeviation === null || candidate.standardDeviation === null) return undefined;
  const ofBaseline = baseline.standardDeviation ** 2 / baseline.n;
  const ofCandidate = candidate.standardDeviation ** 2 / candidate.n;
  const variance = ofBaseline + ofCandidate;
  const error = Math.sqrt(variance);
  if (isRoundingError(error, [baseline.mean, candidate.mean])) return undefined;
  const degreesOfFreedom = variance ** 2 / (ofBaseline ** 2 / (baseline.n - 1) + ofCandidate ** 2 / (candidate.n - 1));
  return meanTest((candidate.mean - baseline.mean) / error, degreesOfFreedom);
}

/**
 * Returns Student's paired t-test of whether the mean of candidate - baseline is 0. Undefined for fewer than two pairs,
 * or if all differences are equal.
 */
export function pairedTest(pairs: readonly ValuePair[]): MeanTest | undefined {
  const n = pairs.length;
  if (n < 2) return undefined;
  const differences = pairs.map(({ baseline, candidate }) => candidate - baseline);
  const mean = meanOf(differences);
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  const values = pairs.flatMap(({ baseline, candidate }) => [baseline, candidate]);
  return isRoundingError(error, values) ? undefined : meanTest(mean / error, n - 1);
}

/** Returns whether a standard error is no larger than the rounding error of `values`. */
function isRoundingError(error: number, values: readonly number[]): boolean {
  return error <= 8 * Number.EPSILON * largest(values.map(Math.abs));
}

/** Returns undefined if the statistic or the degrees of freedom overflowed. */
function meanTest(t: number, degreesOfFreedom: number): MeanTest | undefined {
  if (!Number.isFinite(t) || !Number.isFinite(degreesOfFreedom)) return undefined;
  return { t, degreesOfFreedom, p: twoSidedP(t, degreesOfFreedom) };
}
