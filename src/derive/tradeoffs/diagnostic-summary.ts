import { metricValues, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { groupByData } from "../runs/run-data.js";
import type { RankSimilarity } from "../similarity/rank-similarity.js";
import { summarise, type Interval, type Sample } from "../statistics/sample.js";
import { compareCosts, type CostComparison } from "./cost-comparison.js";

/** The closing table of the notebook for one rank. Values are means over seeds, null if nothing was recorded. */
export interface DiagnosticSummary {
  readonly baselineMemoryMb: number | null;
  readonly candidateMemoryMb: number | null;
  /** (baseline - candidate) / baseline * 100 */
  readonly memoryReductionPercent: number | null;
  readonly memory: CostStatistics;
  /** Null while a layer is pending (see pendingJobs). */
  readonly meanCosineSimilarity: number | null;
  /** Ids of the jobs that compute pending layers. */
  readonly pendingJobs: readonly string[];
  /** Agreement of the models' outputs over the candidate's runs, if the tables of the study record it. */
  readonly tokenMatch: Sample | null;
  readonly embeddingSimilarity: Sample | null;
  readonly baselineTimePerStepSeconds: number | null;
  readonly candidateTimePerStepSeconds: number | null;
  /** baseline / candidate time per step: above 1, the candidate is faster. */
  readonly speedup: number | null;
  readonly timePerStep: CostStatistics;
}

/** The runs that a cost is a mean over, and how certain its comparison is. */
export type CostStatistics = Pick<CostComparison, "baseline" | "candidate" | "interval" | "certainty" | "reason">;

/**
 * Returns the summary of one rank.
 *
 * @param similarity of that rank, if it is known
 * @param roles inferred if undefined; null if the study has no two configurations to compare
 */
export function diagnosticSummary(
  runs: readonly Run[],
  rank: number,
  similarity: RankSimilarity<unknown> | undefined,
  roles: ComparisonRoles | null | undefined = inferRoles(runs),
): DiagnosticSummary {
  const memory = costsAt(runs, roles, rank, "peak_memory_mb");
  const time = costsAt(runs, roles, rank, "time_per_step_seconds");
  const agreement = (metric: string): Sample | null => {
    const [data, ...others] = roles == null ? [] : groupByData(runsAt(runs, roles.candidate, rank));
    return data === undefined || others.length > 0 ? null : (summarise(metricValues(data.items, metric)) ?? null);
  };
  return {
    baselineMemoryMb: memory.baseline?.mean ?? null,
    candidateMemoryMb: memory.candidate?.mean ?? null,
    memoryReductionPercent: reductionPercent(memory),
    memory: { ...memory, interval: mapInterval(memory.interval, (ratio) => (1 - ratio) * 100) },
    meanCosineSimilarity: similarity?.mean ?? null,
    pendingJobs: similarity?.pendingJobs ?? [],
    tokenMatch: agreement("mean_token_match"),
    embeddingSimilarity: agreement("mean_embedding_similarity"),
    baselineTimePerStepSeconds: time.baseline?.mean ?? null,
    candidateTimePerStepSeconds: time.candidate?.mean ?? null,
    speedup: speedupOf(time),
    timePerStep: speedupStatistics(time),
  };
}

const NO_ROLES: CostComparison = {
  baseline: null,
  candidate: null,
  ratio: null,
  interval: null,
  certainty: null,
  reason: "The study has no two configurations to compare.",
};

function costsAt(
  runs: readonly Run[],
  roles: ComparisonRoles | null | undefined,
  rank: number,
  metric: string,
): CostComparison {
  return roles == null ? NO_ROLES : compareCosts(runs, roles, rank, metric);
}

function reductionPercent({ baseline, candidate }: CostComparison): number | null {
  if (baseline === null || baseline.mean === 0 || candidate === null) return null;
  return ((baseline.mean - candidate.mean) / baseline.mean) * 100;
}

function speedupOf({ baseline, candidate }: CostComparison): number | null {
  return baseline === null || candidate === null || candidate.mean === 0 ? null : baseline.mean / candidate.mean;
}

/** Returns the statistics of the inverse ratio, which has no interval if the ratio may be 0. */
function speedupStatistics(time: CostComparison): CostStatistics {
  if (time.interval === null || time.interval.low > 0) {
    return { ...time, interval: mapInterval(time.interval, (ratio) => 1 / ratio) };
  }
  const reason =
    "The time per step of the candidate varies so much that it may be 0, so the speedup has no upper bound.";
  return { ...time, interval: null, certainty: "POINT_ESTIMATE", reason };
}

/** Returns the interval of a decreasing function of a value. */
function mapInterval(interval: Interval | null, decreasing: (value: number) => number): Interval | null {
  return interval && { ...interval, low: decreasing(interval.high), high: decreasing(interval.low) };
}
