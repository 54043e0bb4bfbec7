import { meanOf, type Interval } from "./sample.js";
import { studentT, twoSidedP } from "./student-t.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A least-squares line y = intercept + slope x with its goodness of fit. */
export interface LinearFit {
  readonly n: number;
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance of y that the line explains, 0 to 1. It is 1 if y does not vary. */
  readonly rSquared: number;
  /** Two-sided p-value of slope = 0. */
  readonly slopeP: number;
  /** Standard deviation of the residuals (denominator n - 2). */
  readonly residual: number;
  readonly meanX: number;
  /** Sum of (x - meanX)^2. */
  readonly squaresX: number;
}

/** Fits a line by least squares. Undefined for fewer than three points or a single x, which leave no estimate of the error. */
export function linearFit(points: readonly Point[]): LinearFit | undefined {
  const n = points.length;
  const meanX = meanOf(points.map(({ x }) => x));
  const meanY = meanOf(points.map(({ y }) => y));
  const squaresX = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (n < 3 || squaresX === 0) return undefined;
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squaresX;
  const unexplained = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const total = points.reduce((sum, { y }) => sum + (y - meanY) ** 2, 0);
  const residual = Math.sqrt(unexplained / (n - 2));
  return {
    n,
    slope,
    intercept: meanY - slope * meanX,
    rSquared: total === 0 ? 1 : 1 - unexplained / total,
    slopeP: slopeP(slope, residual / Math.sqrt(squaresX), n - 2),
    residual,
    meanX,
    squaresX,
  };
}

/** A value on the line and its prediction interval. */
interface Prediction {
  readonly value: number;
  /** Contains one further measurement with probability `confidence`. */
  readonly interval: Interval;
}

/** Returns the value of the line at `x` with its prediction interval. */
export function predict(fit: LinearFit, x: number, confidence = 0.95): Prediction {
  const value = fit.intercept + fit.slope * x;
  const deviation = fit.residual * Math.sqrt(1 + 1 / fit.n + (x - fit.meanX) ** 2 / fit.squaresX);
  const halfWidth = studentT(confidence, fit.n - 2) * deviation;
  return { value, interval: { low: value - halfWidth, high: value + halfWidth, confidence } };
}

function slopeP(slope: number, error: number, degreesOfFreedom: number): number {
  if (error > 0) return twoSidedP(slope / error, degreesOfFreedom);
  return slope === 0 ? 1 : 0;
}
