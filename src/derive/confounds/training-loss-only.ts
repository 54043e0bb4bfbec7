import { isTrainingLoss } from "../degradation/loss-change.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const trainingLossOnly = {
  kind: "TRAINING_LOSS_ONLY",
  description: "The study is judged by the training loss, and no evaluation was recorded for some of its ranks.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

/** The training loss is measured on the examples that the run was trained on, which a run can memorise. */
function inStudy({ runs, roles, degradations }: StudyEvidence, { metric }: HypothesisRule): StudyFinding | undefined {
  if (roles === undefined || !isTrainingLoss(metric)) return undefined;
  const judged = degradations.filter(({ degradation }) => degradation.acceptable !== null).map(({ rank }) => rank);
  const evaluated = new Set(runs.filter(({ metrics }) => metrics.has("eval_loss")).map(({ rank }) => rank));
  const ranks = judged.filter((rank) => !evaluated.has(rank));
  if (ranks.length === 0) return undefined;
  return {
    severity: "MEDIUM",
    message:
      "No evaluation loss was recorded. The training loss is measured on the training examples, so it does not show how " +
      "well the models generalise.",
    ranks,
  };
}
