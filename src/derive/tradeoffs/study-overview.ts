import { degradationByRank, type AcceptanceRule, type Degradation } from "../degradation/degradation.js";
import { diagnosticSummary } from "./diagnostic-summary.js";
import { rankThreshold, type RankThreshold } from "../degradation/rank-threshold.js";
import { ranksOf, type Run } from "../runs/comparison-roles.js";
import { meanAndRange } from "../similarity/layer-similarity.js";

/** One study among others: what follows from the metrics of its runs. */
export interface StudyOverview {
  readonly degradations: readonly { readonly rank: number; readonly degradation: Degradation }[];
  readonly minimumViableRank: RankThreshold;
  /** Mean over the ranks that have it; null where none has. */
  readonly memoryReductionPercent: number | null;
}

export function studyOverview(runs: readonly Run[], rule: AcceptanceRule): StudyOverview {
  const degradations = degradationByRank(runs, rule);
  const reductions = ranksOf(runs).map((rank) => diagnosticSummary(runs, rank, undefined).memoryReductionPercent);
  return {
    degradations,
    minimumViableRank: rankThreshold(degradations),
    memoryReductionPercent: meanAndRange(reductions)?.mean ?? null,
  };
}
