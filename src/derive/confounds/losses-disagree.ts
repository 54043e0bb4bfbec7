import { degradationInputSteps } from "../degradation/degradation-input.js";
import { degradationsOf, type RankDegradation } from "../degradation/degradation.js";
import { runSteps, type Steps } from "../steps.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const lossesDisagree = {
  kind: "LOSSES_DISAGREE",
  description: "Training loss and evaluation loss lead to different conclusions.",
  affects: ["METRICS"],
  inStudy: lossDisagreementSteps,
} as const satisfies ConfoundRule;

/** Minimum change, in percent, of two losses that change in opposite directions. */
const MIN_OPPOSITE_PERCENT = 1;

/** The disagreement of each study by rule: a confound and a hypothesis both ask for it. */
const JUDGED = new WeakMap<StudyEvidence, WeakMap<HypothesisRule, { readonly finding: StudyFinding | undefined }>>();

/** Returns the ranks at which training loss and evaluation loss lead to different conclusions; undefined if there are none. */
export function lossDisagreement(study: StudyEvidence, rule: HypothesisRule): StudyFinding | undefined {
  return runSteps(lossDisagreementSteps(study, rule));
}

function* lossDisagreementSteps(study: StudyEvidence, rule: HypothesisRule): Steps<StudyFinding | undefined> {
  const ofStudy = JUDGED.get(study) ?? new WeakMap<HypothesisRule, { readonly finding: StudyFinding | undefined }>();
  JUDGED.set(study, ofStudy);
  const known = ofStudy.get(rule);
  if (known !== undefined) return known.finding;
  const finding = yield* judgeLosses(study, rule);
  ofStudy.set(rule, { finding });
  return finding;
}

function* judgeLosses({ runs, roles }: StudyEvidence, rule: HypothesisRule): Steps<StudyFinding | undefined> {
  if (roles === undefined) return undefined;
  // Student's t is enough here: no interval is resampled.
  const lossRule = { ...rule, higherIsBetter: false, analysis: undefined };
  const training = yield* degradationInputSteps(runs, { ...lossRule, metric: "training_loss" }, roles);
  const evaluation = yield* degradationInputSteps(runs, { ...lossRule, metric: "eval_loss" }, roles);
  const disagreeing: Disagreement[] = [];
  for (const [i, ofTraining] of training.ranks.entries()) {
    const ofEvaluation = evaluation.ranks[i];
    if (ofEvaluation === undefined) continue;
    yield 2 * (ofTraining.baseline.length + ofTraining.candidate.length);
    const [first] = degradationsOf({ ...training, ranks: [ofTraining] });
    const [second] = degradationsOf({ ...evaluation, ranks: [ofEvaluation] });
    const disagreement = first && disagreementOf(first, second);
    if (disagreement !== undefined) disagreeing.push(disagreement);
  }
  if (disagreeing.length === 0) return undefined;
  const details = disagreeing.map(
    ({ rank, training: ofTraining, evaluation: ofEvaluation }) =>
      `r = ${rank}: ${ofTraining.toFixed(2)} % and ${ofEvaluation.toFixed(2)} %`,
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
  const areOpposite =
    training.percent * evaluation.percent < 0 &&
    [training, evaluation].every(({ percent, interval }) => {
      // A change whose interval contains 0 has no known direction.
      const isKnown = interval === null || interval.low > 0 || interval.high < 0;
      return isKnown && Math.abs(percent ?? 0) >= MIN_OPPOSITE_PERCENT;
    });
  const verdicts = [training.verdict, evaluation.verdict];
  const isDifferent = areOpposite || (verdicts.includes("ACCEPTABLE") && verdicts.includes("UNACCEPTABLE"));
  return isDifferent ? { rank, training: training.percent, evaluation: evaluation.percent } : undefined;
}
