import type { DetectedFailure, FailureEvidence, FailureModeRule } from "./failure-mode-rule.js";

export const overfitting = {
  kind: "OVERFITTING",
  description: "The evaluation loss ends 1 % or more above its best value while the training loss falls.",
  detect,
} as const satisfies FailureModeRule;

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const overfitted = study.runs.flatMap((run) => {
    const rise = study.curves.get(run.id)?.evaluationRise;
    return rise === undefined ? [] : [{ run, rise }];
  });
  if (overfitted.length === 0) return undefined;
  const names = overfitted.map(({ run, rise }) => `${run.name} (best at step ${rise.bestStep})`).join(", ");
  return {
    symptom: `The evaluation loss rises while the training loss falls in ${names}.`,
    cause:
      "The adapter probably memorises the training examples: too many steps, too large a rank, or too few examples.",
    mitigation: "Use the checkpoint nearest to the best evaluation loss. Use fewer steps, more dropout or more data.",
    severity: "MEDIUM",
    evidence: overfitted.map(({ run, rise }) => ({
      label: `rise of eval_loss of ${run.name} after step ${rise.bestStep}`,
      value: rise.percent,
      unit: "%",
    })),
    experiments: overfitted.map(({ run }) => run),
  };
}
