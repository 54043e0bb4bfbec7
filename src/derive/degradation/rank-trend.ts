import type { Degradation } from "./degradation.js";
import { linearFit, predict, type LinearFit } from "../statistics/linear-fit.js";
import { metricValues, ranksOf, runsAt, type Run, type Configuration } from "../runs/comparison-roles.js";
import type { Interval } from "../statistics/sample.js";

/** LINEAR_IN_RANK: y = a + b r. LINEAR_IN_LOG2_RANK: y = a + b log2 r. */
export type TrendModel = "LINEAR_IN_RANK" | "LINEAR_IN_LOG2_RANK";

/** How a quantity follows the rank, and what that says of ranks that were not tested. */
export interface RankTrend {
  /** `peak_memory_mb of 4bit`, `degradation of training_loss` */
  readonly quantity: string;
  readonly unit: string;
  readonly model: TrendModel;
  /** Points of the fit. */
  readonly n: number;
  /** Tested ranks with a value, ascending. */
  readonly ranks: readonly number[];
  readonly slope: number | null;
  readonly intercept: number | null;
  readonly rSquared: number | null;
  /** Two-sided p of slope = 0. */
  readonly slopeP: number | null;
  /** Empty where `refusedBecause` says why. */
  readonly predictions: readonly RankPrediction[];
  /** Why nothing is predicted; null where something is. */
  readonly refusedBecause: string | null;
}

export interface RankPrediction {
  readonly rank: number;
  /** Null where `refusedBecause` says why. */
  readonly value: number | null;
  /** In which one more measurement lies. */
  readonly interval: Interval | null;
  readonly refusedBecause: string | null;
}

/** Fewer tested ranks leave a line too little to be wrong about. */
const LEAST_RANKS = 4;
/** A line that explains less is no trend. */
const LEAST_R_SQUARED = 0.8;
/** A slope that chance gives more often is none. */
const GREATEST_P = 0.05;
/** Ranks further than this factor beyond the tested ones are not predicted: one doubling. */
const FURTHEST = 2;

/** Memory follows the rank linearly: an adapter of rank r has r (in + out) parameters a layer. Every run is a point. */
export function memoryTrend(
  runs: readonly Run[],
  side: Configuration,
  metric: string,
  wanted: readonly number[],
): RankTrend {
  const points = ranksOf(runs).flatMap((rank) =>
    metricValues(runsAt(runs, side, rank), metric).map((value): [number, number] => [rank, value]),
  );
  return trend({ quantity: `${metric} of ${side.name}`, unit: metric, model: "LINEAR_IN_RANK" }, points, wanted);
}

/** Degradation over the logarithm of the rank; every rank is a point. */
export function degradationTrend(
  degradations: readonly { readonly rank: number; readonly degradation: Degradation }[],
  metric: string,
  wanted: readonly number[],
): RankTrend {
  const points = degradations.flatMap(({ rank, degradation: { percent } }): [number, number][] =>
    percent === null ? [] : [[rank, percent]],
  );
  return trend({ quantity: `degradation of ${metric}`, unit: "%", model: "LINEAR_IN_LOG2_RANK" }, points, wanted);
}

function trend(
  what: Pick<RankTrend, "quantity" | "unit" | "model">,
  points: readonly (readonly [rank: number, value: number])[],
  wanted: readonly number[],
): RankTrend {
  const place = (rank: number) => (what.model === "LINEAR_IN_RANK" ? rank : Math.log2(rank));
  const ranks = [...new Set(points.map(([rank]) => rank))];
  const fit = linearFit(points.map(([rank, value]) => [place(rank), value]));
  const { slope = null, intercept = null, rSquared = null, slopeP = null } = fit ?? {};
  const refusedBecause = unfitted(fit, ranks);
  const predictions =
    fit === undefined || refusedBecause !== null ? [] : wanted.map((rank) => prediction(fit, place, rank, ranks));
  return { ...what, n: points.length, ranks, slope, intercept, rSquared, slopeP, predictions, refusedBecause };
}

function unfitted(fit: LinearFit | undefined, ranks: readonly number[]): string | null {
  if (fit === undefined || ranks.length < LEAST_RANKS) {
    return `a trend needs ${LEAST_RANKS} tested ranks, and there are ${ranks.length}`;
  }
  if (fit.rSquared < LEAST_R_SQUARED) {
    return `the line explains ${(fit.rSquared * 100).toFixed(0)} % of the variance, less than ${LEAST_R_SQUARED * 100} %`;
  }
  if (fit.slopeP > GREATEST_P) {
    return `the slope could be chance (p = ${fit.slopeP.toPrecision(2)}, more than ${GREATEST_P})`;
  }
  return null;
}

function prediction(
  fit: LinearFit,
  place: (rank: number) => number,
  rank: number,
  tested: readonly number[],
): RankPrediction {
  const [least, greatest] = [Math.min(...tested) / FURTHEST, Math.max(...tested) * FURTHEST];
  if (rank < least || rank > greatest) {
    const refusedBecause = `r = ${rank} is more than a factor of ${FURTHEST} beyond the tested ranks`;
    return { rank, value: null, interval: null, refusedBecause };
  }
  return { rank, ...predict(fit, place(rank)), refusedBecause: null };
}
