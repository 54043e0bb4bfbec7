import { rankStates, type RankState } from "../degradation/rank-states.js";
import type { HypothesisRule } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import {
  comparedRuns,
  degradationEvidence,
  type DetectedFailure,
  type FailureEvidence,
  type FailureModeRule,
} from "./failure-mode-rule.js";

export const insufficientRank = {
  kind: "INSUFFICIENT_RANK",
  description: "The metric is worse by the threshold or more at some ranks that are decided.",
  detect,
  detectByNotebook,
} as const satisfies FailureModeRule;

/** An undecided rank is no failure, and neither is an improvement that a two-sided rule does not accept. */
function detect(study: FailureEvidence, { metric, thresholdPercent }: HypothesisRule): DetectedFailure | undefined {
  const states = rankStates(study.degradations);
  const failing = states.filter(
    ({ state, degradation: { percent } }) => state === "UNACCEPTABLE" && (percent ?? 1) > 0,
  );
  if (failing.length === 0) return undefined;
  const ranks = failing.map(({ rank }) => rank);
  const hasDiverged = failing.some(({ degradation: { percent } }) => percent === null);
  const isCertain = failing.some(({ degradation: { certainty } }) => certainty === "INTERVAL");
  const isPoint = states.every(({ degradation: { certainty } }) => certainty === "POINT_ESTIMATE");
  return {
    symptom: `${metric} degrades by ${thresholdPercent} % or more${hasDiverged ? ", or the runs diverged," : ""} at ${formatRanks(ranks)}.`,
    cause: causeOf(states, failing),
    mitigation: "Use a larger rank, or more bits per base weight.",
    severity: isCertain || isPoint ? "HIGH" : "MEDIUM",
    evidence: degradationEvidence(failing),
    experiments: comparedRuns(study, ranks),
  };
}

/** Too few directions explain a failure only if every smaller rank fails too, and a larger one does not. */
function causeOf(states: readonly RankState[], failing: readonly RankState[]): string {
  const largestFailing = failing.at(-1)?.rank ?? 0;
  const passing = states.filter(({ state }) => state === "ACCEPTABLE").map(({ rank }) => rank);
  const smallerPassing = passing.filter((rank) => rank < largestFailing);
  if (smallerPassing.length > 0) {
    return `A smaller rank is acceptable (${formatRanks(smallerPassing)}), so too few directions are not the cause. Seeds or the step scale may be.`;
  }
  if (passing.length === 0) {
    return "Too few directions, the quantization error, or the training settings: without an acceptable rank, the data do not tell which.";
  }
  return "The adapter has too few directions to compensate for quantization.";
}

/** The notebook judges the smallest rank only. */
function detectByNotebook(study: FailureEvidence, { thresholdPercent }: HypothesisRule): DetectedFailure | undefined {
  const [smallest] = study.degradations;
  const percent = smallest?.degradation.percent ?? null;
  if (smallest === undefined || percent === null || Math.abs(percent) <= thresholdPercent) return undefined;
  return {
    symptom: `The degradation at r = ${smallest.rank} is ${percent.toFixed(2)} %.`,
    cause: "The bottleneck of a low rank may not represent the task.",
    mitigation: "Use the smallest acceptable rank, or a larger one.",
    severity: "HIGH",
    evidence: degradationEvidence([smallest]),
    experiments: comparedRuns(study, [smallest.rank]),
  };
}
