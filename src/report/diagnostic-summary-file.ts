import { failure } from "../errors.js";
import type { StudyReport } from "./study-report.js";

/**
 * `diagnostic_summary.json`: what the notebook pickled, with its names where they fit any study; the study's two
 * configurations are `baseline` and `candidate`. Null where nothing was recorded.
 *
 * @param rank whose weights and costs the summary is of; the largest whose weights were compared, else the largest
 * @throws ARGUMENT_INVALID where the study has no such rank
 */
export function diagnosticSummaryFile(report: StudyReport, rank: number | undefined): object {
  const compared = report.ranks.filter(({ similarity }) => similarity.comparedLayers > 0);
  const chosen =
    rank === undefined ? (compared.at(-1) ?? report.ranks.at(-1)) : report.ranks.find(({ r }) => r === rank);
  if (chosen === undefined) {
    throw failure("ARGUMENT_INVALID", {
      where: `rank of study ${report.slug}`,
      received: rank === undefined ? "none" : String(rank),
      allowed: report.ranks.map(({ r }) => r).join(", "),
    });
  }
  const { similarity, summary } = chosen;
  return {
    study: report.slug,
    rank: chosen.r,
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
