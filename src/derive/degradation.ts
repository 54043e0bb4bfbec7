import { inferRoles, metricValues, ranksOf, runsAt, type Run } from "./roles.js";
import { relativeChangeInterval } from "./relative-change.js";
import { summarise, type Interval, type Sample } from "./statistics.js";

export type AcceptanceVerdict = "ACCEPTABLE" | "UNACCEPTABLE" | "INCONCLUSIVE";

/** By how much the candidate is worse than the baseline, in one metric. */
export interface Degradation {
  /** (candidate - baseline) / baseline * 100 of the means; positive is worse. Null where `reason` says why. */
  readonly percent: number | null;
  /** candidate - baseline, in the metric's unit. */
  readonly absolute: number | null;
  /** Whether the percent is under the threshold; null where the percent is. */
  readonly acceptable: boolean | null;
  /** INCONCLUSIVE where the percent is undefined, or its confidence interval straddles the threshold. */
  readonly verdict: AcceptanceVerdict;
  /** Of the percent, over seeds; null unless both sides have two or more. */
  readonly interval: Interval | null;
  readonly baseline: Sample | null;
  readonly candidate: Sample | null;
  /** Why the percent is null. */
  readonly reason: string | null;
}

/** The rule by which a degradation is accepted. */
export interface AcceptanceRule {
  /** Name of a metric of which less is better. */
  readonly metric: string;
  /** Acceptable is strictly under this many percent. */
  readonly thresholdPercent: number;
  /** Judge the magnitude: an improvement beyond the threshold is then unacceptable too, as the notebook had it. */
  readonly twoSided: boolean;
}

/** The degradation of every rank of a study, ranks ascending. */
export function degradationByRank(
  runs: readonly Run[],
  rule: AcceptanceRule,
): { rank: number; degradation: Degradation }[] {
  const roles = inferRoles(runs);
  return ranksOf(runs).map((rank) => ({
    rank,
    degradation:
      roles === undefined
        ? undefinedDegradation(
            null,
            null,
            "the study has no two configurations of different known precision to compare",
          )
        : degradation(
            metricValues(runsAt(runs, roles.baseline, rank), rule.metric),
            metricValues(runsAt(runs, roles.candidate, rank), rule.metric),
            rule,
            roles,
          ),
  }));
}

/** Compares the values of a metric over the seeds of a baseline and a candidate. */
export function degradation(
  baselineValues: readonly number[],
  candidateValues: readonly number[],
  { metric, thresholdPercent, twoSided }: AcceptanceRule,
  names = { baseline: "the baseline", candidate: "the candidate" },
): Degradation {
  const baseline = summarise(baselineValues) ?? null;
  const candidate = summarise(candidateValues) ?? null;
  if (baseline === null)
    return undefinedDegradation(baseline, candidate, `${names.baseline} has no ${metric} at this rank`);
  if (candidate === null)
    return undefinedDegradation(baseline, candidate, `${names.candidate} has no ${metric} at this rank`);
  if (baseline.mean === 0)
    return undefinedDegradation(baseline, candidate, `${metric} of ${names.baseline} is 0: no ratio to it`);

  const absolute = candidate.mean - baseline.mean;
  const percent = (absolute / baseline.mean) * 100;
  const interval = relativeChangeInterval(baseline, candidate) ?? null;
  const accepted = (value: number) => (twoSided ? Math.abs(value) : value) < thresholdPercent;
  const acceptable = accepted(percent);
  const straddled = interval !== null && [interval.low, interval.high].some((bound) => accepted(bound) !== acceptable);
  const verdict = straddled ? "INCONCLUSIVE" : acceptable ? "ACCEPTABLE" : "UNACCEPTABLE";
  return { percent, absolute, acceptable, verdict, interval, baseline, candidate, reason: null };
}

function undefinedDegradation(baseline: Sample | null, candidate: Sample | null, reason: string): Degradation {
  return {
    percent: null,
    absolute: null,
    acceptable: null,
    verdict: "INCONCLUSIVE",
    interval: null,
    baseline,
    candidate,
    reason,
  };
}
