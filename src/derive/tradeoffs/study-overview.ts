import { degradationByRank, type RankDegradation } from "../degradation/degradation.js";
import type { AcceptanceRule } from "../degradation/degradation-input.js";
import { rankThreshold, type RankThreshold } from "../degradation/rank-threshold.js";
import { ranksOf, type Run } from "../runs/comparison-roles.js";
import { meanAndRange } from "../statistics/sample.js";
import { diagnosticSummary } from "./diagnostic-summary.js";

/** The conclusions from the metrics of one study, for comparing studies. */
export interface StudyOverview {
  readonly degradations: readonly RankDegradation[];
  readonly minimumViableRank: RankThreshold;
  /** Mean over the ranks with a known reduction. Null if there are none. */
  readonly memoryReductionPercent: number | null;
}

/** Returns the overview of a study. The roles are inferred. */
export function studyOverview(runs: readonly Run[], rule: AcceptanceRule): StudyOverview {
  const degradations = degradationByRank(runs, rule);
  const reductions = ranksOf(runs).map((rank) => diagnosticSummary(runs, rank, undefined).memoryReductionPercent);
  return {
    degradations,
    minimumViableRank: rankThreshold(degradations),
    memoryReductionPercent: meanAndRange(reductions)?.mean ?? null,
  };
}
