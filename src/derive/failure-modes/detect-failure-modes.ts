import { costs } from "./costs.js";
import { nonFinite, overfitting, spikes } from "./curves.js";
import type { FailureEvidence, FailureMode } from "./failure-mode.js";
import { incompleteSweep, missingWeights } from "./gaps.js";
import { notebookFailureModes } from "./notebook-failure-modes.js";
import { insufficientRank, nonMonotonicRank } from "./rank.js";
import { deadLayers, independentInitialisation, pendingWeights, rankCollapse, weightDivergence } from "./weights.js";
import type { HypothesisRule, RuleSet } from "../study-evidence.js";

/** Finds the failure modes of a study, the most severe first. */
export function detectFailureModes(
  study: FailureEvidence,
  rule: HypothesisRule,
  rules: RuleSet = "RANKSCOPE",
): FailureMode[] {
  if (rules === "NOTEBOOK") return notebookFailureModes(study, rule);
  const bySeverity = { HIGH: 0, MEDIUM: 1, LOW: 2 } as const;
  return [
    ...nonFinite(study),
    ...insufficientRank(study, rule),
    ...nonMonotonicRank(study),
    ...weightDivergence(study, rule),
    ...independentInitialisation(study),
    ...overfitting(study),
    ...spikes(study),
    ...deadLayers(study),
    ...rankCollapse(study),
    ...costs(study),
    ...incompleteSweep(study),
    ...missingWeights(study),
    ...pendingWeights(study),
  ].sort((left, right) => bySeverity[left.severity] - bySeverity[right.severity]);
}
