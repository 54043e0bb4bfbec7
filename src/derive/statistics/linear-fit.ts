import type { Interval } from "./sample.js";
import { studentT, twoSidedP } from "./student-t.js";

/** A least-squares line y = intercept + slope x, and how well it fits. */
export interface LinearFit {
  readonly n: number;
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance of y that the line explains; 1 where y does not vary, for the line is exact. */
  readonly rSquared: number;
  /** Two-sided p of slope = 0. */
  readonly slopeP: number;
  /** Standard deviation of the residuals, n - 2 in the denominator. */
  readonly residual: number;
  readonly meanX: number;
  /** sum (x - meanX)^2 */
  readonly spreadX: number;
}

/** Fits a line; undefined for fewer than three points or a single x: nothing would be left to tell its error. */
export function linearFit(points: readonly (readonly [x: number, y: number])[]): LinearFit | undefined {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spreadX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (n < 3 || spreadX === 0) return undefined;
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spreadX;
  const intercept = meanY - slope * meanX;
  const unexplained = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const total = points.reduce((sum, [, y]) => sum + (y - meanY) ** 2, 0);
  const residual = Math.sqrt(unexplained / (n - 2));
  const error = residual / Math.sqrt(spreadX);
  return {
    ...{ n, slope, intercept, residual, meanX, spreadX },
    rSquared: total === 0 ? 1 : 1 - unexplained / total,
    slopeP: error === 0 ? (slope === 0 ? 1 : 0) : twoSidedP(slope / error, n - 2),
  };
}

/** What the line says at `x`, and the interval in which one more measurement lies with probability `confidence`. */
export function predict(fit: LinearFit, x: number, confidence = 0.95): { value: number; interval: Interval } {
  const value = fit.intercept + fit.slope * x;
  const spread = fit.residual * Math.sqrt(1 + 1 / fit.n + (x - fit.meanX) ** 2 / fit.spreadX);
  const half = studentT(confidence, fit.n - 2) * spread;
  return { value, interval: { low: value - half, high: value + half, confidence } };
}
