import type { AcceptanceVerdict } from "../../model/enums/verdict.js";
import type { IntervalMethod } from "../../model/enums/statistics.js";
import type { ComparisonRoles, Run } from "../runs/comparison-roles.js";
import { inferRoles } from "../runs/resolve-roles.js";
import type { MeanTest } from "../statistics/mean-test.js";
import { relativeChange } from "../statistics/relative-change.js";
import { summarise, type Interval, type Sample } from "../statistics/sample.js";
import { changeStatistics } from "./change-statistics.js";
import { degradationInput, type AcceptanceRule, type DegradationInput, type RoleNames } from "./degradation-input.js";
import { DEFAULT_SEED_ANALYSIS, type OnDraws, type SeededValue } from "./seed-analysis.js";

/** The degradation of the candidate against the baseline, in one metric. */
export interface Degradation {
  /**
   * (candidate - baseline) / |baseline| * 100 of the means. The sign is reversed if higher values are better, so that
   * positive is always worse.
   */
  readonly percent: number | null;
  /** candidate - baseline, in the unit of the metric. The sign is never reversed. */
  readonly absolute: number | null;
  /** Whether the percent is below the threshold. Null if the percent is null. */
  readonly acceptable: boolean | null;
  /** INCONCLUSIVE if the percent is undefined, or if its confidence interval contains the threshold. */
  readonly verdict: AcceptanceVerdict;
  /** Confidence interval of the percent over seeds. Null for the reason in `intervalReason`. */
  readonly interval: Interval | null;
  /** Null if there is no interval. */
  readonly intervalMethod: IntervalMethod | null;
  readonly intervalReason: string | null;
  /** Test of equal means, Welch's or the paired t-test. Null with too few seeds or without variation. */
  readonly test: MeanTest | null;
  /** Whether pairs of runs with equal seeds were analysed. */
  readonly paired: boolean;
  /** Number of seeds of which baseline and candidate have one run each. */
  readonly pairs: number;
  readonly baseline: Sample | null;
  readonly candidate: Sample | null;
  /** Why the percent is null. */
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
  return ranks.map(({ rank, baseline, candidate }) => ({
    rank,
    degradation:
      names === null
        ? undefinedDegradation(null, null, NO_ROLES)
        : degradation(baseline, candidate, rule, names, onDraws),
  }));
}

const NO_ROLES = "The study has no two configurations with different known bits per base weight.";

/** Returns the degradation from the values of a baseline to those of a candidate, one value a seed. */
export function degradation(
  baselineValues: readonly (number | SeededValue)[],
  candidateValues: readonly (number | SeededValue)[],
  rule: AcceptanceRule,
  names: RoleNames = { baseline: "the baseline", candidate: "the candidate" },
  onDraws?: OnDraws,
): Degradation {
  const { metric, thresholdPercent, twoSided, higherIsBetter = false, analysis = DEFAULT_SEED_ANALYSIS } = rule;
  const statistics = changeStatistics(baselineValues.map(seeded), candidateValues.map(seeded), analysis, onDraws);
  const baseline = summarise(statistics.baseline) ?? null;
  const candidate = summarise(statistics.candidate) ?? null;
  const undefinedBecause = (reason: string) => undefinedDegradation(baseline, candidate, reason);
  if (baseline === null) return undefinedBecause(`No run of ${names.baseline} at this rank has ${metric}.`);
  if (candidate === null) return undefinedBecause(`No run of ${names.candidate} at this rank has ${metric}.`);
  if (baseline.mean === 0) {
    return undefinedBecause(`${metric} of ${names.baseline} is 0, so a relative change is undefined.`);
  }
  const change = relativeChange(baseline.mean, candidate.mean);
  const percent = higherIsBetter ? -change : change;
  if (!Number.isFinite(percent)) {
    return undefinedBecause(`${metric} of ${names.baseline} is too close to 0 for a relative change.`);
  }
  const interval = statistics.interval && (higherIsBetter ? negated(statistics.interval) : statistics.interval);
  const acceptable = (twoSided ? Math.abs(percent) : percent) < thresholdPercent;
  return {
    percent,
    absolute: candidate.mean - baseline.mean,
    acceptable,
    verdict: verdictOf(acceptable, interval, rule),
    interval,
    intervalMethod: interval === null ? null : statistics.intervalMethod,
    intervalReason: statistics.intervalReason,
    test: statistics.test,
    paired: statistics.paired,
    pairs: statistics.pairs,
    baseline,
    candidate,
    reason: null,
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

function seeded(value: number | SeededValue): SeededValue {
  return typeof value === "number" ? { seed: null, value } : value;
}

function undefinedDegradation(baseline: Sample | null, candidate: Sample | null, reason: string): Degradation {
  return {
    percent: null,
    absolute: null,
    acceptable: null,
    verdict: "INCONCLUSIVE",
    interval: null,
    intervalMethod: null,
    intervalReason: "The degradation is undefined.",
    test: null,
    paired: false,
    pairs: 0,
    baseline,
    candidate,
    reason,
  };
}
