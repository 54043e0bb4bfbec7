import { degradationByRank, type RankDegradation } from "../degradation/degradation.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const lossesDisagree = {
  kind: "LOSSES_DISAGREE",
  description: "Training loss and evaluation loss lead to different conclusions.",
  affects: ["METRICS"],
  inStudy: lossDisagreement,
} as const satisfies ConfoundRule;

/** Minimum change, in percent, of two losses that change in opposite directions. */
const MIN_OPPOSITE_PERCENT = 1;

/** Returns the ranks at which training loss and evaluation loss lead to different conclusions; undefined if there are none. */
export function lossDisagreement({ runs, roles }: StudyEvidence, rule: HypothesisRule): StudyFinding | undefined {
  if (roles === undefined) return undefined;
  // Only percents are compared, so no interval is resampled.
  const lossRule = { ...rule, higherIsBetter: false, analysis: undefined };
  const degradationsOf = (metric: string) => degradationByRank(runs, { ...lossRule, metric }, roles);
  const evaluation = degradationsOf("eval_loss");
  const disagreeing = degradationsOf("training_loss").flatMap((training, i) => {
    const disagreement = disagreementOf(training, evaluation[i]);
    return disagreement === undefined ? [] : [disagreement];
  });
  if (disagreeing.length === 0) return undefined;
  const details = disagreeing.map(
    ({ rank, training, evaluation: ofEvaluation }) =>
      `r = ${rank}: ${training.toFixed(2)} % and ${ofEvaluation.toFixed(2)} %`,
  );
  return {
    severity: "HIGH",
    message: `Training loss and evaluation loss lead to different conclusions (${details.join("; ")}).`,
    ranks: disagreeing.map(({ rank }) => rank),
  };
}

/** Degradations, in percent, that lead to different conclusions. */
interface Disagreement {
  readonly rank: number;
  readonly training: number;
  readonly evaluation: number;
}

function disagreementOf(
  { rank, degradation: training }: RankDegradation,
  ofEvaluation: RankDegradation | undefined,
): Disagreement | undefined {
  const evaluation = ofEvaluation?.degradation;
  if (training.percent === null || evaluation === undefined || evaluation.percent === null) return undefined;
  const areOpposite = training.percent * evaluation.percent < 0;
  const smaller = Math.min(Math.abs(training.percent), Math.abs(evaluation.percent));
  const isDifferent = training.acceptable !== evaluation.acceptable || (areOpposite && smaller >= MIN_OPPOSITE_PERCENT);
  return isDifferent ? { rank, training: training.percent, evaluation: evaluation.percent } : undefined;
}
