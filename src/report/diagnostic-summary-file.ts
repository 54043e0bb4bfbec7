import { failure } from "../errors.js";
import type { ReportedRank, StudyReport } from "./study-report.js";

/**
 * Returns the content of `diagnostic_summary.json`: the values that the notebook pickled, with its names as far as they fit
 * any study. The two configurations are `baseline` and `candidate`; values that were not recorded are null.
 *
 * @param rank the rank whose weights and costs are summarized; by default the largest whose weights were compared, or the
 *   largest
 * @throws ARGUMENT_INVALID if the study has no such rank
 */
export function diagnosticSummaryFile(report: StudyReport, rank: number | undefined): object {
  const summarized = rank === undefined ? defaultRank(report) : report.ranks.find(({ r }) => r === rank);
  if (summarized === undefined) {
    throw failure("ARGUMENT_INVALID", {
      where: `rank of study ${report.slug}`,
      received: rank === undefined ? "none" : String(rank),
      allowed: report.ranks.map(({ r }) => r).join(", "),
    });
  }
  const { similarity, summary } = summarized;
  return {
    study: report.slug,
    rank: summarized.r,
    memory_comparison: report.ranks.map(({ r, summary: costs }) => ({
      rank: r,
      baseline_memory_mb: costs.baselineMemoryMb,
      candidate_memory_mb: costs.candidateMemoryMb,
      "memory_reduction_%": costs.memoryReductionPercent,
    })),
    degradation: report.ranks.map(({ r, degradation: { baseline, candidate, percent, acceptable } }) => ({
      rank: r,
      baseline_loss: baseline?.mean ?? null,
      candidate_loss: candidate?.mean ?? null,
      "degradation_%": percent,
      acceptable,
    })),
    weight_similarities: Object.fromEntries(
      similarity.layers.map(({ layer, cosineSimilarity }) => [layer.name, cosineSimilarity]),
    ),
    optimal_rank: report.minimumViableRank.rank,
    memory_reduction: summary.memoryReductionPercent,
    diagnostic_summary: {
      baseline_memory_mb: summary.baselineMemoryMb,
      candidate_memory_mb: summary.candidateMemoryMb,
      mean_cosine_similarity: similarity.mean,
      mean_token_match: summary.meanTokenMatch,
      mean_embedding_similarity: summary.meanEmbeddingSimilarity,
      baseline_time_per_step: summary.baselineTimePerStepSeconds,
      candidate_time_per_step: summary.candidateTimePerStepSeconds,
    },
  };
}

function defaultRank({ ranks }: StudyReport): ReportedRank | undefined {
  return ranks.findLast(({ similarity }) => similarity.comparedLayers > 0) ?? ranks.at(-1);
}
