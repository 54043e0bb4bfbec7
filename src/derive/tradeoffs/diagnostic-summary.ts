import { metricValues, runsAt, type ComparisonRoles, type Configuration, type Run } from "../runs/comparison-roles.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { groupByData } from "../runs/run-data.js";
import type { RankSimilarity } from "../similarity/rank-similarity.js";
import { summarise } from "../statistics/sample.js";

/** The closing table of the notebook for one rank. Values are means over seeds, null if nothing was recorded. */
export interface DiagnosticSummary {
  readonly baselineMemoryMb: number | null;
  readonly candidateMemoryMb: number | null;
  /** (baseline - candidate) / baseline * 100 */
  readonly memoryReductionPercent: number | null;
  /** Null while a layer is pending (see pendingJobs). */
  readonly meanCosineSimilarity: number | null;
  /** Ids of the jobs that compute pending layers. */
  readonly pendingJobs: readonly string[];
  /** Agreement of the models' outputs, if the tables of the study record it for the candidate. */
  readonly meanTokenMatch: number | null;
  readonly meanEmbeddingSimilarity: number | null;
  readonly baselineTimePerStepSeconds: number | null;
  readonly candidateTimePerStepSeconds: number | null;
  /** baseline / candidate time per step: above 1, the candidate is faster. */
  readonly speedup: number | null;
}

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
  const meanAt = (configuration: Configuration | undefined, metric: string): number | null => {
    if (configuration === undefined) return null;
    const [data, ...others] = groupByData(runsAt(runs, configuration, rank));
    return data === undefined || others.length > 0 ? null : (summarise(metricValues(data.items, metric))?.mean ?? null);
  };
  const baseline = roles?.baseline;
  const candidate = roles?.candidate;
  const baselineMemoryMb = meanAt(baseline, "peak_memory_mb");
  const candidateMemoryMb = meanAt(candidate, "peak_memory_mb");
  const baselineTimePerStepSeconds = meanAt(baseline, "time_per_step_seconds");
  const candidateTimePerStepSeconds = meanAt(candidate, "time_per_step_seconds");
  return {
    baselineMemoryMb,
    candidateMemoryMb,
    memoryReductionPercent: reductionPercent(baselineMemoryMb, candidateMemoryMb),
    meanCosineSimilarity: similarity?.mean ?? null,
    pendingJobs: similarity?.pendingJobs ?? [],
    meanTokenMatch: meanAt(candidate, "mean_token_match"),
    meanEmbeddingSimilarity: meanAt(candidate, "mean_embedding_similarity"),
    baselineTimePerStepSeconds,
    candidateTimePerStepSeconds,
    speedup: ratio(baselineTimePerStepSeconds, candidateTimePerStepSeconds),
  };
}

function reductionPercent(baseline: number | null, candidate: number | null): number | null {
  if (baseline === null || baseline === 0 || candidate === null) return null;
  return ((baseline - candidate) / baseline) * 100;
}

function ratio(numerator: number | null, denominator: number | null): number | null {
  return numerator === null || denominator === null || denominator === 0 ? null : numerator / denominator;
}
