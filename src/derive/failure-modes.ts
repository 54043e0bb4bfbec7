import { costs } from "./failures/costs.js";
import { nonFinite, overfitting, spikes } from "./failures/curves.js";
import type { FailureEvidence, FailureMode } from "./failures/failure-mode.js";
import { incompleteSweep, missingWeights } from "./failures/gaps.js";
import { notebookFailureModes } from "./failures/notebook.js";
import { insufficientRank, nonMonotonicRank } from "./failures/rank.js";
import {
  deadLayers,
  independentInitialisation,
  pendingWeights,
  rankCollapse,
  weightDivergence,
} from "./failures/weights.js";
import type { HypothesisRule, RuleSet } from "./study-evidence.js";

/** Finds the failure modes of a study, the most severe first. */
export function failureModes(
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
