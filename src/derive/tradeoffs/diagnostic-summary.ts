import type { RankSimilarity } from "../similarity/rank-similarity.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { metricValues, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { summarise } from "../statistics/sample.js";

/** The notebook's closing table for one rank; means over seeds, null where nothing was recorded. */
export interface DiagnosticSummary {
  readonly baselineMemoryMb: number | null;
  readonly candidateMemoryMb: number | null;
  /** (baseline - candidate) / baseline * 100 */
  readonly memoryReductionPercent: number | null;
  /** Null while a layer is pending, see pendingJobs. */
  readonly meanCosineSimilarity: number | null;
  /** The ids of the jobs that the mean cosine waits for. */
  readonly pendingJobs: readonly string[];
  /** Behaviour of the two models, where the study's tables record it for the candidate. */
  readonly meanTokenMatch: number | null;
  readonly meanEmbeddingSimilarity: number | null;
  readonly baselineTimePerStepSeconds: number | null;
  readonly candidateTimePerStepSeconds: number | null;
  /** baseline / candidate time per step: above 1 the candidate is faster. */
  readonly speedup: number | null;
}

export function diagnosticSummary(
  runs: readonly Run[],
  rank: number,
  similarity: RankSimilarity<unknown> | undefined,
  given?: ComparisonRoles | null,
): DiagnosticSummary {
  const roles = given === undefined ? inferRoles(runs) : given;
  const mean = (role: "baseline" | "candidate", metric: string): number | null =>
    roles == null ? null : (summarise(metricValues(runsAt(runs, roles[role], rank), metric))?.mean ?? null);
  const memory = { baseline: mean("baseline", "peak_memory_mb"), candidate: mean("candidate", "peak_memory_mb") };
  const time = {
    baseline: mean("baseline", "time_per_step_seconds"),
    candidate: mean("candidate", "time_per_step_seconds"),
  };
  return {
    baselineMemoryMb: memory.baseline,
    candidateMemoryMb: memory.candidate,
    memoryReductionPercent:
      memory.baseline && memory.candidate !== null
        ? ((memory.baseline - memory.candidate) / memory.baseline) * 100
        : null,
    meanCosineSimilarity: similarity?.mean ?? null,
    pendingJobs: similarity?.pendingJobs ?? [],
    meanTokenMatch: mean("candidate", "mean_token_match"),
    meanEmbeddingSimilarity: mean("candidate", "mean_embedding_similarity"),
    baselineTimePerStepSeconds: time.baseline,
    candidateTimePerStepSeconds: time.candidate,
    speedup: time.baseline !== null && time.candidate ? time.baseline / time.candidate : null,
  };
}
