import type { AcceptanceVerdict } from "../../model/enums/verdict.js";
import type { VerdictCertainty, IntervalMethod } from "../../model/enums/statistics.js";
import type { ComparisonRoles, Run } from "../runs/comparison-roles.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { groupByData } from "../runs/run-data.js";
import { holmAdjusted } from "../statistics/holm.js";
import type { MeanTest } from "../statistics/mean-test.js";
import { differenceInterval, pooledVariation, relativeChange } from "../statistics/relative-change.js";
import { summarise, type Interval, type Sample } from "../statistics/sample.js";
import { changeStatistics, type ChangeContext, type ChangeStatistics } from "./change-statistics.js";
import {
  degradationInput,
  type AcceptanceRule,
  type DegradationInput,
  type RankValues,
  type RoleNames,
} from "./degradation-input.js";
import { lossChange, type LossChange } from "./loss-change.js";
import {
  divergedReason,
  mixedDataReason,
  percentObstacle,
  recordedValues,
  type RecordedRoles,
} from "./recorded-values.js";
import { independentRuns, isVarying } from "./replicates.js";
import { DEFAULT_SEED_ANALYSIS, type OnDraws, type SeededValue } from "./seed-analysis.js";

/** The degradation of the candidate against the baseline, in one metric. */
export interface Degradation extends LossChange {
  /**
   * (candidate - baseline) / baseline * 100 of the means. The sign is reversed if higher values are better, so that positive
   * is always worse. Null for a metric that is negative, that crosses 0 or whose better direction is unknown.
   */
  readonly percent: number | null;
  /** candidate - baseline, in the unit of the metric. The sign is never reversed. */
  readonly absolute: number | null;
  /** Confidence interval of `absolute` by Welch's t. Null with fewer than two independent runs each. */
  readonly absoluteInterval: Interval | null;
  /**
   * Whether the percent is below the threshold. False if a run of the candidate diverged, whatever the other runs reached.
   * Null if neither is known.
   */
  readonly acceptable: boolean | null;
  /**
   * UNACCEPTABLE also if every run of the candidate diverged. INCONCLUSIVE if the percent is undefined, if its confidence
   * interval contains the threshold or is unbounded, or if some runs diverged and the others are not unacceptable.
   */
  readonly verdict: AcceptanceVerdict;
  /** Whether the verdict rests on an interval. Null without a percent. */
  readonly certainty: VerdictCertainty | null;
  /** Confidence interval of the percent over independent runs. Null for the reason in `intervalReason`. */
  readonly interval: Interval | null;
  /** Null if there is no interval. */
  readonly intervalMethod: IntervalMethod | null;
  readonly intervalReason: string | null;
  /** Assumption of the interval beyond independent runs; null if it makes none. */
  readonly intervalAssumption: string | null;
  /** Test of equal means, Welch's or the paired t-test. Null with too few seeds or without variation. */
  readonly test: MeanTest | null;
  /** P of the test, adjusted by Holm's method for the tested ranks of the study. Null without a test, and outside of a study. */
  readonly holmP: number | null;
  /** Whether pairs of runs with equal seeds were analysed. */
  readonly paired: boolean;
  /** Number of seeds of which baseline and candidate have one run each. */
  readonly pairs: number;
  /** The finite values, one for each independent run. Null if there are none. */
  readonly baseline: Sample | null;
  readonly candidate: Sample | null;
  /** Number of runs whose metric is NaN or infinite. They are not among the values. */
  readonly baselineDiverged: number;
  readonly candidateDiverged: number;
  /** Why the percent is null or the verdict is INCONCLUSIVE although no interval contains the threshold. */
  readonly reason: string | null;
}

/** The degradation at one rank. */
export interface RankDegradation {
  readonly rank: number;
  readonly degradation: Degradation;
}

/**
 * Returns the degradation at every rank of `runs`, ascending.
 *
 * @param roles inferred if undefined; null if the study has no two configurations to compare
 */
export function degradationByRank(
  runs: readonly Run[],
  rule: AcceptanceRule,
  roles: ComparisonRoles | null | undefined = inferRoles(runs),
): RankDegradation[] {
  return degradationsOf(degradationInput(runs, rule, roles ?? null));
}

/** Returns the degradation at every rank of the input. */
export function degradationsOf({ ranks, rule, names }: DegradationInput, onDraws?: OnDraws): RankDegradation[] {
  const context = {
    onDraws,
    pooled: rule.analysis?.interval === "POOLED_T" ? variationOf(ranks, rule.metric) : undefined,
  };
  return withHolm(
    ranks.map(({ rank, baseline, candidate }) => ({
      rank,
      degradation: names === null ? withoutRoles() : degradation(baseline, candidate, rule, names, context),
    })),
  );
}

/** Adjusts the p-values of the ranks that have a test for their number. */
function withHolm(ranks: readonly RankDegradation[]): RankDegradation[] {
  const tested = ranks.flatMap(({ rank, degradation: { test } }) => (test === null ? [] : [{ rank, p: test.p }]));
  const adjusted = holmAdjusted(tested.map(({ p }) => p));
  const byRank = new Map(tested.map(({ rank }, i) => [rank, adjusted[i] ?? null]));
  return ranks.map((entry) => ({
    ...entry,
    degradation: { ...entry.degradation, holmP: byRank.get(entry.rank) ?? null },
  }));
}

/** Returns the variation over the independent runs of every rank and configuration. */
function variationOf(ranks: readonly RankValues[], metric: string): ChangeContext["pooled"] {
  const samples = ranks
    .flatMap(({ baseline, candidate }) => [baseline, candidate])
    .filter((values) => groupByData(values, metric).length === 1)
    .flatMap((values) => summarise(finiteRuns(values)) ?? []);
  return pooledVariation(samples);
}

function finiteRuns(values: readonly SeededValue[]): number[] {
  return independentRuns(values.filter(({ value }) => Number.isFinite(value))).map(({ value }) => value);
}

const NO_ROLES = "The study has no two configurations with different known bits per base weight.";

function withoutRoles(): Degradation {
  const none = { name: "", finite: [], diverged: 0 };
  return withoutPercent({ baseline: none, candidate: none }, NO_ROLES, undefined);
}

/**
 * Returns the degradation from the values of a baseline to those of a candidate, one value a run. NaN and infinite values are
 * those of runs that diverged.
 */
export function degradation(
  baselineValues: readonly (number | SeededValue)[],
  candidateValues: readonly (number | SeededValue)[],
  rule: AcceptanceRule,
  names: RoleNames = { baseline: "the baseline", candidate: "the candidate" },
  context: ChangeContext = {},
): Degradation {
  const roles = {
    baseline: recordedValues(names.baseline, baselineValues),
    candidate: recordedValues(names.candidate, candidateValues),
  };
  const mixed = mixedDataReason(roles, rule);
  if (mixed !== undefined) return withoutPercent(roles, mixed, undefined);
  const { higherIsBetter, analysis = DEFAULT_SEED_ANALYSIS } = rule;
  const obstacle = percentObstacle(roles, rule);
  const statistics = changeStatistics(
    roles.baseline.finite,
    roles.candidate.finite,
    obstacle === undefined ? analysis : { ...analysis, interval: "T" },
    context,
  );
  const samples = samplesOf(statistics, rule);
  if (obstacle !== undefined) return withoutPercent(roles, obstacle, samples);
  const { baseline, candidate } = samples;
  const change = relativeChange(baseline?.mean ?? NaN, candidate?.mean ?? NaN);
  const percent = higherIsBetter === true ? -change : change;
  if (!Number.isFinite(percent)) {
    const tooSmall = `${rule.metric} of ${names.baseline} is too close to 0 for a relative change. See absolute.`;
    return withoutPercent(roles, tooSmall, samples);
  }
  const interval =
    statistics.interval && (higherIsBetter === true ? negated(statistics.interval) : statistics.interval);
  return {
    ...samples,
    percent,
    ...judge({ percent, interval, isUnbounded: statistics.isUnbounded, roles }, rule),
    certainty: interval === null ? "POINT_ESTIMATE" : "INTERVAL",
    interval,
    intervalMethod: interval === null ? null : statistics.intervalMethod,
    intervalReason: statistics.intervalReason,
    intervalAssumption: statistics.intervalAssumption,
    holmP: null,
    paired: statistics.paired,
    pairs: statistics.pairs,
    baselineDiverged: roles.baseline.diverged,
    candidateDiverged: roles.candidate.diverged,
  };
}

/** The fields of a degradation that have a meaning without a percent. */
type ComparedSamples = Pick<Degradation, "baseline" | "candidate" | "absolute" | "absoluteInterval" | "test"> &
  LossChange;

function samplesOf(
  { baseline: baselineValues, candidate: candidateValues, test }: ChangeStatistics,
  { metric, analysis = DEFAULT_SEED_ANALYSIS }: AcceptanceRule,
): ComparedSamples {
  const baseline = summarise(baselineValues) ?? null;
  const candidate = summarise(candidateValues) ?? null;
  const absolute = baseline && candidate && candidate.mean - baseline.mean;
  const varies = isVarying(baselineValues) && isVarying(candidateValues);
  const absoluteInterval =
    baseline && candidate && varies ? differenceInterval(baseline, candidate, analysis.confidence) : undefined;
  return {
    baseline,
    candidate,
    absolute,
    absoluteInterval: absoluteInterval ?? null,
    test,
    ...lossChange(metric, absolute),
  };
}

/** A percent with what decides whether it is acceptable. */
interface JudgedPercent {
  readonly percent: number;
  readonly interval: Interval | null;
  readonly isUnbounded: boolean;
  readonly roles: RecordedRoles;
}

/** Judges a percent. The survivors of a configuration with diverged runs never make it acceptable. */
function judge(
  { percent, interval, isUnbounded, roles }: JudgedPercent,
  rule: AcceptanceRule,
): Pick<Degradation, "acceptable" | "verdict" | "reason"> {
  const isBelow = (rule.twoSided ? Math.abs(percent) : percent) < rule.thresholdPercent;
  const verdict = isUnbounded ? "INCONCLUSIVE" : verdictOf(isBelow, interval, rule);
  const diverged = divergedReason(roles, rule);
  return {
    acceptable: isBelow && roles.candidate.diverged === 0,
    verdict: diverged !== null && verdict === "ACCEPTABLE" ? "INCONCLUSIVE" : verdict,
    reason:
      diverged ?? (isUnbounded ? "The interval is unbounded, because the baseline may be 0. See absolute." : null),
  };
}

function verdictOf(acceptable: boolean, interval: Interval | null, rule: AcceptanceRule): AcceptanceVerdict {
  if (interval !== null && containsThreshold(interval, rule)) return "INCONCLUSIVE";
  return acceptable ? "ACCEPTABLE" : "UNACCEPTABLE";
}

/** Returns whether an interval contains both acceptable and unacceptable percents. */
function containsThreshold({ low, high }: Interval, { thresholdPercent, twoSided }: AcceptanceRule): boolean {
  const containsAcceptable = low < thresholdPercent && (!twoSided || high > -thresholdPercent);
  const containsUnacceptable = high >= thresholdPercent || (twoSided && low <= -thresholdPercent);
  return containsAcceptable && containsUnacceptable;
}

function negated({ low, high, confidence }: Interval): Interval {
  return { low: -high, high: -low, confidence };
}

function withoutPercent(roles: RecordedRoles, reason: string, samples: ComparedSamples | undefined): Degradation {
  const { baseline, candidate } = roles;
  const isFailure = baseline.finite.length > 0 && candidate.finite.length === 0 && candidate.diverged > 0;
  return {
    ...(samples ?? NO_SAMPLES),
    percent: null,
    acceptable: isFailure ? false : null,
    verdict: isFailure ? "UNACCEPTABLE" : "INCONCLUSIVE",
    certainty: isFailure ? "POINT_ESTIMATE" : null,
    interval: null,
    intervalMethod: null,
    intervalReason: "The degradation is undefined.",
    intervalAssumption: null,
    holmP: null,
    paired: false,
    pairs: 0,
    baselineDiverged: baseline.diverged,
    candidateDiverged: candidate.diverged,
    reason,
  };
}

const NO_SAMPLES: ComparedSamples = {
  baseline: null,
  candidate: null,
  absolute: null,
  absoluteInterval: null,
  test: null,
  nats: null,
  perplexityRatio: null,
};
