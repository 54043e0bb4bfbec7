import type { Sample } from "./sample.js";
import { twoSidedP } from "./student-t.js";

/** A test of whether two means are equal. */
export interface MeanTest {
  /** Positive where the candidate's mean is the greater. */
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Welch's test of two independent samples, which may differ in variance (Welch 1947, Biometrika 34). Undefined where one
 * has fewer than two values, or neither varies.
 */
export function welchTest(baseline: Sample, candidate: Sample): MeanTest | undefined {
  if (baseline.standardDeviation === null || candidate.standardDeviation === null) return undefined;
  const [left, right] = [baseline.standardDeviation ** 2 / baseline.n, candidate.standardDeviation ** 2 / candidate.n];
  const variance = left + right;
  if (isRounding(Math.sqrt(variance), [baseline.mean, candidate.mean])) return undefined;
  const degreesOfFreedom = variance ** 2 / (left ** 2 / (baseline.n - 1) + right ** 2 / (candidate.n - 1));
  return tested((candidate.mean - baseline.mean) / Math.sqrt(variance), degreesOfFreedom);
}

/**
 * Student's test of paired values: whether the mean of candidate - baseline is 0. Undefined for fewer than two pairs, or
 * where all differences are equal.
 */
export function pairedTest(pairs: readonly (readonly [baseline: number, candidate: number])[]): MeanTest | undefined {
  const n = pairs.length;
  if (n < 2) return undefined;
  const differences = pairs.map(([baseline, candidate]) => candidate - baseline);
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  return isRounding(error, pairs.flat()) ? undefined : tested(mean / error, n - 1);
}

/** Whether a standard error is no more than what rounding leaves of values so large. */
function isRounding(error: number, values: readonly number[]): boolean {
  return error <= 8 * Number.EPSILON * Math.max(...values.map(Math.abs));
}

/** Undefined where values so large or so close overflow. */
function tested(t: number, degreesOfFreedom: number): MeanTest | undefined {
  if (!Number.isFinite(t) || !Number.isFinite(degreesOfFreedom)) return undefined;
  return { t, degreesOfFreedom, p: twoSidedP(t, degreesOfFreedom) };
}
