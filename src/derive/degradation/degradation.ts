import {
  changeStatistics,
  DEFAULT_SEED_ANALYSIS,
  type SeedAnalysis,
  type IntervalMethod,
  type SeededValue,
} from "./change-statistics.js";
import type { MeanTest } from "../statistics/mean-test.js";
import { relativeChange } from "../statistics/relative-change.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { ranksOf, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { summarise, type Interval, type Sample } from "../statistics/sample.js";

export type AcceptanceVerdict = "ACCEPTABLE" | "UNACCEPTABLE" | "INCONCLUSIVE";

/** By how much the candidate is worse than the baseline, in one metric. */
export interface Degradation {
  /** (candidate - baseline) / |baseline| * 100 of the means, its sign turned where more is better: positive is worse. */
  readonly percent: number | null;
  /** candidate - baseline, in the metric's unit, whichever is better. */
  readonly absolute: number | null;
  /** Whether the percent is under the threshold; null where the percent is. */
  readonly acceptable: boolean | null;
  /** INCONCLUSIVE where the percent is undefined, or its confidence interval straddles the threshold. */
  readonly verdict: AcceptanceVerdict;
  /** Of the percent, over seeds; null where `intervalReason` says why. */
  readonly interval: Interval | null;
  /** How the interval was found; null where there is none. */
  readonly intervalMethod: IntervalMethod | null;
  readonly intervalReason: string | null;
  /** Whether the means differ: Welch's test, or the paired one; null where seeds are too few, or do not differ. */
  readonly test: MeanTest | null;
  /** Whether the analysis is of pairs of runs of one seed. */
  readonly paired: boolean;
  /** Seeds that both sides have one run of. */
  readonly pairs: number;
  readonly baseline: Sample | null;
  readonly candidate: Sample | null;
  /** Why the percent is null. */
  readonly reason: string | null;
}

/** The rule by which a degradation is accepted. */
export interface AcceptanceRule {
  /** Name of a metric of the runs. */
  readonly metric: string;
  /** Acceptable is strictly under this many percent. */
  readonly thresholdPercent: number;
  /** Judge the magnitude: an improvement beyond the threshold is then unacceptable too, as the notebook had it. */
  readonly twoSided: boolean;
  /** Whether more of the metric is better; by default less is. */
  readonly higherIsBetter?: boolean | undefined;
  readonly analysis?: SeedAnalysis | undefined;
}

/** The degradation of every rank of a study, ranks ascending. Roles are inferred unless given; null is that there are none. */
export function degradationByRank(
  runs: readonly Run[],
  rule: AcceptanceRule,
  given?: ComparisonRoles | null,
): { rank: number; degradation: Degradation }[] {
  const roles = given === undefined ? inferRoles(runs) : given;
  return ranksOf(runs).map((rank) => ({
    rank,
    degradation:
      roles == null
        ? undefinedDegradation(
            null,
            null,
            "the study has no two configurations of different known precision to compare",
          )
        : degradation(
            seededValues(runsAt(runs, roles.baseline, rank), rule.metric),
            seededValues(runsAt(runs, roles.candidate, rank), rule.metric),
            rule,
            { baseline: roles.baseline.name, candidate: roles.candidate.name },
          ),
  }));
}

/** Compares the values of a metric over the seeds of a baseline and a candidate. */
export function degradation(
  baselineValues: readonly (number | SeededValue)[],
  candidateValues: readonly (number | SeededValue)[],
  { metric, thresholdPercent, twoSided, higherIsBetter = false, analysis = DEFAULT_SEED_ANALYSIS }: AcceptanceRule,
  names = { baseline: "the baseline", candidate: "the candidate" },
): Degradation {
  const all = { baseline: baselineValues.map(seeded), candidate: candidateValues.map(seeded) };
  const statistics = changeStatistics(all.baseline, all.candidate, analysis);
  const { paired, pairs } = statistics;
  const baseline = summarise(statistics.baseline) ?? null;
  const candidate = summarise(statistics.candidate) ?? null;
  if (baseline === null)
    return undefinedDegradation(baseline, candidate, `${names.baseline} has no ${metric} at this rank`);
  if (candidate === null)
    return undefinedDegradation(baseline, candidate, `${names.candidate} has no ${metric} at this rank`);
  if (baseline.mean === 0)
    return undefinedDegradation(baseline, candidate, `${metric} of ${names.baseline} is 0: no ratio to it`);

  const worse = higherIsBetter ? -1 : 1;
  const percent = worse * relativeChange(baseline.mean, candidate.mean);
  if (!Number.isFinite(percent))
    return undefinedDegradation(
      baseline,
      candidate,
      `${metric} of ${names.baseline} is too close to 0 for a ratio to it`,
    );
  const interval = statistics.interval && (higherIsBetter ? turned(statistics.interval) : statistics.interval);
  const accepted = (value: number) => (twoSided ? Math.abs(value) : value) < thresholdPercent;
  const acceptable = accepted(percent);
  const straddled = interval !== null && straddles(interval, thresholdPercent, twoSided);
  return {
    ...{ percent, acceptable, interval, baseline, candidate, paired, pairs },
    absolute: candidate.mean - baseline.mean,
    verdict: straddled ? "INCONCLUSIVE" : acceptable ? "ACCEPTABLE" : "UNACCEPTABLE",
    intervalMethod: interval === null ? null : statistics.intervalMethod,
    intervalReason: statistics.intervalReason,
    test: statistics.test,
    reason: null,
  };
}

/** Whether an interval holds acceptable percents and others. */
function straddles({ low, high }: Interval, threshold: number, twoSided: boolean): boolean {
  const holdsAcceptable = low < threshold && (!twoSided || high > -threshold);
  const holdsOthers = high >= threshold || (twoSided && low <= -threshold);
  return holdsAcceptable && holdsOthers;
}

const turned = ({ low, high, confidence }: Interval): Interval => ({ low: -high, high: -low, confidence });

const seeded = (value: number | SeededValue): SeededValue =>
  typeof value === "number" ? { seed: null, value } : value;

/** The finite values of a metric, with the seeds of their runs. */
function seededValues(runs: readonly Run[], metric: string): SeededValue[] {
  return runs.flatMap(({ seed, metrics }) => {
    const value = metrics.get(metric);
    return value !== undefined && Number.isFinite(value) ? [{ seed, value }] : [];
  });
}

function undefinedDegradation(baseline: Sample | null, candidate: Sample | null, reason: string): Degradation {
  return {
    ...{ percent: null, absolute: null, acceptable: null, interval: null, intervalMethod: null, test: null },
    ...{ verdict: "INCONCLUSIVE", intervalReason: "there is no percent", paired: false, pairs: 0 },
    ...{ baseline, candidate, reason },
  };
}
