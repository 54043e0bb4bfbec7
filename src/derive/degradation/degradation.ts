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
  /**
   * Whether the percent is below the threshold. False if a run of the candidate diverged, whatever the other runs reached.
   * Null if neither is known.
   */
  readonly acceptable: boolean | null;
  /**
   * UNACCEPTABLE also if every run of the candidate diverged. INCONCLUSIVE if the percent is undefined, if its confidence
   * interval contains the threshold, or if some runs diverged and the others are not unacceptable.
   */
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
  /** The finite values. Null if there are none. */
  readonly baseline: Sample | null;
  readonly candidate: Sample | null;
  /** Number of runs whose metric is NaN or infinite. They are not among the values. */
  readonly baselineDiverged: number;
  readonly candidateDiverged: number;
  /** Why the percent is null, or which runs diverged. */
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
        ? withoutPercent({ baseline: NO_VALUES, candidate: NO_VALUES }, NO_ROLES)
        : degradation(baseline, candidate, rule, names, onDraws),
  }));
}

const NO_VALUES: RecordedValues = { name: "", finite: [], diverged: 0 };
const NO_ROLES = "The study has no two configurations with different known bits per base weight.";

/**
 * Returns the degradation from the values of a baseline to those of a candidate, one value a run. NaN and infinite values are
 * those of runs that diverged.
 */
export function degradation(
  baselineValues: readonly (number | SeededValue)[],
  candidateValues: readonly (number | SeededValue)[],
  rule: AcceptanceRule,
  names: RoleNames = { baseline: "the baseline", candidate: "the candidate" },
  onDraws?: OnDraws,
): Degradation {
  const recorded = {
    baseline: recordedValues(names.baseline, baselineValues),
    candidate: recordedValues(names.candidate, candidateValues),
  };
  const { higherIsBetter = false, analysis = DEFAULT_SEED_ANALYSIS } = rule;
  const statistics = changeStatistics(recorded.baseline.finite, recorded.candidate.finite, analysis, onDraws);
  const baseline = summarise(statistics.baseline) ?? null;
  const candidate = summarise(statistics.candidate) ?? null;
  if (baseline === null || candidate === null) return withoutPercent(recorded, whyMissing(recorded, rule));
  const change = relativeChange(baseline.mean, candidate.mean);
  const percent = higherIsBetter ? -change : change;
  if (!Number.isFinite(percent)) return withoutPercent(recorded, whyUndefined(baseline, names, rule));
  const interval = statistics.interval && (higherIsBetter ? negated(statistics.interval) : statistics.interval);
  const judgement = judge({ percent, interval, ...recorded }, rule);
  return {
    percent,
    absolute: candidate.mean - baseline.mean,
    ...judgement,
    interval,
    intervalMethod: interval === null ? null : statistics.intervalMethod,
    intervalReason: statistics.intervalReason,
    test: statistics.test,
    paired: statistics.paired,
    pairs: statistics.pairs,
    baseline,
    candidate,
    baselineDiverged: recorded.baseline.diverged,
    candidateDiverged: recorded.candidate.diverged,
  };
}

/** The values of a metric in the runs of one configuration at one rank. */
interface RecordedValues {
  /** Name of the configuration. */
  readonly name: string;
  readonly finite: readonly SeededValue[];
  /** Number of NaN and infinite values. */
  readonly diverged: number;
}

interface RecordedRoles {
  readonly baseline: RecordedValues;
  readonly candidate: RecordedValues;
}

function recordedValues(name: string, values: readonly (number | SeededValue)[]): RecordedValues {
  const all = values.map(seeded);
  const finite = all.filter(({ value }) => Number.isFinite(value));
  return { name, finite, diverged: all.length - finite.length };
}

/** Returns why baseline or candidate has no value. */
function whyMissing({ baseline, candidate }: RecordedRoles, { metric }: AcceptanceRule): string {
  return [baseline, candidate]
    .filter(({ finite }) => finite.length === 0)
    .map(({ name, diverged }) =>
      diverged === 0 ? `No run of ${name} at this rank has ${metric}.` : divergedText(name, diverged, diverged, metric),
    )
    .join(" ");
}

function whyUndefined(baseline: Sample, names: RoleNames, { metric }: AcceptanceRule): string {
  return baseline.mean === 0
    ? `${metric} of ${names.baseline} is 0, so a relative change is undefined.`
    : `${metric} of ${names.baseline} is too close to 0 for a relative change.`;
}

/** Returns how many runs diverged: `1 of 2 runs of 4bit diverged: training_loss is NaN or infinite.` */
function divergedText(name: string, diverged: number, runs: number, metric: string): string {
  const count = diverged === runs ? `All runs of ${name} at this rank` : `${diverged} of ${runs} runs of ${name}`;
  return `${count} diverged: ${metric} is NaN or infinite.`;
}

/** A percent with what decides whether it is acceptable. */
interface JudgedPercent extends RecordedRoles {
  readonly percent: number;
  readonly interval: Interval | null;
}

/** Judges a percent. The survivors of a configuration with diverged runs never make it acceptable. */
function judge(
  { percent, interval, baseline, candidate }: JudgedPercent,
  rule: AcceptanceRule,
): Pick<Degradation, "acceptable" | "verdict" | "reason"> {
  const isBelow = (rule.twoSided ? Math.abs(percent) : percent) < rule.thresholdPercent;
  const verdict = verdictOf(isBelow, interval, rule);
  const diverged = [baseline, candidate].filter((values) => values.diverged > 0);
  if (diverged.length === 0) return { acceptable: isBelow, verdict, reason: null };
  const texts = diverged.map(({ name, diverged: count, finite }) =>
    divergedText(name, count, count + finite.length, rule.metric),
  );
  return {
    acceptable: isBelow && candidate.diverged === 0,
    verdict: verdict === "ACCEPTABLE" ? "INCONCLUSIVE" : verdict,
    reason: texts.join(" "),
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

function withoutPercent({ baseline, candidate }: RecordedRoles, reason: string): Degradation {
  const isFailure = baseline.finite.length > 0 && candidate.finite.length === 0 && candidate.diverged > 0;
  return {
    percent: null,
    absolute: null,
    acceptable: isFailure ? false : null,
    verdict: isFailure ? "UNACCEPTABLE" : "INCONCLUSIVE",
    interval: null,
    intervalMethod: null,
    intervalReason: "The degradation is undefined.",
    test: null,
    paired: false,
    pairs: 0,
    baseline: summarise(baseline.finite.map(({ value }) => value)) ?? null,
    candidate: summarise(candidate.finite.map(({ value }) => value)) ?? null,
    baselineDiverged: baseline.diverged,
    candidateDiverged: candidate.diverged,
    reason,
  };
}
