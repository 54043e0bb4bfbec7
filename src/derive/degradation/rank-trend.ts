import type { TrendModel } from "../../model/enums/statistics.js";
import {
  groupRunsOf,
  methodVariant,
  ranksOf,
  runsAt,
  runsByRank,
  type Configuration,
  type Run,
} from "../runs/comparison-roles.js";
import { dataGroupSteps } from "../runs/run-data.js";
import { linearFit, predict, type LinearFit } from "../statistics/linear-fit.js";
import type { Interval } from "../statistics/sample.js";
import { eachInSteps, type Steps } from "../steps.js";
import { formatList } from "../wording.js";
import type { RankDegradation } from "./degradation.js";
import { seededValues } from "./degradation-input.js";
import { independentRuns } from "./replicates.js";
import { countOf } from "../../model/count-of.js";
import { largest, smallest } from "../../model/extremes.js";

/** A linear model of a quantity over the rank, with predictions for untested ranks. */
export interface RankTrend {
  /** `peak_memory_mb of 4bit`, `degradation of training_loss` */
  readonly quantity: string;
  readonly unit: string;
  readonly model: TrendModel;
  /** Number of points in the fit. */
  readonly n: number;
  /** Tested ranks with a value, ascending. */
  readonly ranks: readonly number[];
  readonly slope: number | null;
  readonly intercept: number | null;
  readonly rSquared: number | null;
  /** Two-sided p-value of slope = 0. */
  readonly slopeP: number | null;
  /** Empty for the reason in `refusedBecause`. */
  readonly predictions: readonly RankPrediction[];
  /** Why there are no predictions. Null if there are some. */
  readonly refusedBecause: string | null;
  /** Runs that are not points of the fit, and why. Null if all runs with the quantity are. */
  readonly leftOut: string | null;
}

export interface RankPrediction {
  readonly rank: number;
  /** Null for the reason in `refusedBecause`. */
  readonly value: number | null;
  /** Prediction interval of one further measurement. */
  readonly interval: Interval | null;
  readonly refusedBecause: string | null;
}

/** Items of simple work that reading a run's value, weights and seed is. */
const ITEMS_PER_RUN = 3;

/** Minimum number of tested ranks: with fewer, a line fits almost any values. */
const MIN_RANKS = 4;
/** Minimum share of the variance that the line explains. */
const MIN_R_SQUARED = 0.8;
/** Maximum p-value of slope = 0. */
const MAX_P = 0.05;
/** Ranks are predicted up to this factor beyond the tested ranks: one doubling. */
const MAX_EXTRAPOLATION = 2;

/**
 * Returns the trend of a memory metric over the rank, in steps; every independent run is a point. Memory is linear in the rank,
 * because an adapter of rank r has r (in + out) parameters a layer. Only runs of one method, task and data set are fitted
 * together: those with the most tested ranks, then the most runs.
 *
 * @param predictedRanks the ranks to predict
 */
export function* memoryTrend(
  runs: readonly Run[],
  configuration: Configuration,
  metric: string,
  predictedRanks: readonly number[],
): Steps<RankTrend> {
  const measured: Run[] = [];
  yield* runsByRank(runs);
  yield* groupRunsOf(runs, configuration);
  for (const rank of ranksOf(runs)) {
    const ofRank = runsAt(runs, configuration, rank);
    yield ofRank.length;
    for (const run of ofRank) if (Number.isFinite(run.metrics.get(metric))) measured.push(run);
  }
  const { fitted, leftOut } = yield* comparableRuns(measured);
  const byRank = yield* runsByRank(fitted);
  const points: RankValue[] = [];
  for (const rank of [...byRank.keys()].sort((left, right) => left - right)) {
    const ofRank = byRank.get(rank) ?? [];
    yield ITEMS_PER_RUN * ofRank.length;
    for (const { value } of independentRuns(seededValues(ofRank, metric))) points.push({ rank, value });
  }
  yield points.length;
  const subject: TrendSubject = {
    quantity: `${metric} of ${configuration.name}`,
    unit: metric,
    model: "LINEAR_IN_RANK",
  };
  return { ...trend(subject, points, predictedRanks), leftOut };
}

interface ComparableRuns {
  readonly fitted: readonly Run[];
  readonly leftOut: string | null;
}

/** Selects the runs of one method, task and data set, and says which are left out. */
function* comparableRuns(runs: readonly Run[]): Steps<ComparableRuns> {
  const byMethod = new Map<string, Run[]>();
  yield* eachInSteps(runs, (run) => {
    const method = methodVariant(run);
    const ofMethod = byMethod.get(method);
    if (ofMethod === undefined) byMethod.set(method, [run]);
    else ofMethod.push(run);
  });
  const groups: { readonly name: string; readonly runs: readonly Run[]; readonly ranks: number }[] = [];
  for (const [method, ofMethod] of byMethod) {
    for (const { label, items } of yield* dataGroupSteps(ofMethod)) {
      const name = [...(byMethod.size > 1 ? [method] : []), ...(label === null ? [] : [label])].join(", ");
      groups.push({ name, runs: items, ranks: (yield* runsByRank(items)).size });
    }
  }
  const [fitted, ...others] = [...groups].sort(
    (left, right) => right.ranks - left.ranks || right.runs.length - left.runs.length,
  );
  if (fitted === undefined || others.length === 0) return { fitted: runs, leftOut: null };
  const texts = others.map((group) => `${group.name} (${countOf(group.runs.length, "run")})`);
  const leftOut =
    `Only runs of ${fitted.name} are fitted, because memory depends on method, task and data set. ` +
    `Left out: ${formatList(texts)}.`;
  return { fitted: fitted.runs, leftOut };
}

/**
 * Returns the trend of the degradation over log2 of the rank; every rank is a point.
 *
 * @param predictedRanks the ranks to predict
 */
export function degradationTrend(
  degradations: readonly RankDegradation[],
  metric: string,
  predictedRanks: readonly number[],
): RankTrend {
  const points = degradations.flatMap(({ rank, degradation: { percent } }) =>
    percent === null ? [] : [{ rank, value: percent }],
  );
  const subject: TrendSubject = {
    quantity: `degradation of ${metric}`,
    unit: "%",
    model: "LINEAR_IN_LOG2_RANK",
  };
  return trend(subject, points, predictedRanks);
}

type TrendSubject = Pick<RankTrend, "quantity" | "unit" | "model">;

interface RankValue {
  readonly rank: number;
  readonly value: number;
}

function trend(subject: TrendSubject, points: readonly RankValue[], predictedRanks: readonly number[]): RankTrend {
  const abscissa = (rank: number) => (subject.model === "LINEAR_IN_RANK" ? rank : Math.log2(rank));
  const ranks = [...new Set(points.map(({ rank }) => rank))];
  const fit = linearFit(points.map(({ rank, value }) => ({ x: abscissa(rank), y: value })));
  const refusedBecause = whyRefused(fit, ranks);
  const predictions =
    fit === undefined || refusedBecause !== null
      ? []
      : predictedRanks.map((rank) => prediction(fit, abscissa, rank, ranks));
  return {
    ...subject,
    n: points.length,
    ranks,
    slope: fit?.slope ?? null,
    intercept: fit?.intercept ?? null,
    rSquared: fit?.rSquared ?? null,
    slopeP: fit?.slopeP ?? null,
    predictions,
    refusedBecause,
    leftOut: null,
  };
}

/** Returns why the fit supports no prediction; null if it supports some. */
function whyRefused(fit: LinearFit | undefined, ranks: readonly number[]): string | null {
  if (fit === undefined || ranks.length < MIN_RANKS) {
    return `A trend needs at least ${MIN_RANKS} tested ranks (found: ${ranks.length}).`;
  }
  if (fit.rSquared < MIN_R_SQUARED) {
    const explained = (fit.rSquared * 100).toFixed(0);
    return `The line explains ${explained} % of the variance (minimum: ${MIN_R_SQUARED * 100} %).`;
  }
  if (fit.slopeP > MAX_P) {
    return `The slope is not significant (p = ${fit.slopeP.toPrecision(2)}, maximum: ${MAX_P}).`;
  }
  return null;
}

function prediction(
  fit: LinearFit,
  abscissa: (rank: number) => number,
  rank: number,
  testedRanks: readonly number[],
): RankPrediction {
  const min = smallest(testedRanks) / MAX_EXTRAPOLATION;
  const max = largest(testedRanks) * MAX_EXTRAPOLATION;
  if (rank < min || rank > max) {
    const refusedBecause = `Rank ${rank} is more than a factor of ${MAX_EXTRAPOLATION} beyond the tested ranks.`;
    return { rank, value: null, interval: null, refusedBecause };
  }
  return { rank, ...predict(fit, abscissa(rank)), refusedBecause: null };
}
