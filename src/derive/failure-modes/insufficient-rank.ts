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
  description: "The degradation at some ranks is not below the threshold.",
  detect,
  detectByNotebook,
} as const satisfies FailureModeRule;

function detect(study: FailureEvidence, { metric, thresholdPercent }: HypothesisRule): DetectedFailure | undefined {
  const failing = study.degradations.filter(({ degradation }) => degradation.acceptable === false);
  if (failing.length === 0) return undefined;
  const ranks = failing.map(({ rank }) => rank);
  const isCertain = failing.some(({ degradation }) => degradation.verdict === "UNACCEPTABLE");
  return {
    symptom: `${metric} degrades by ${thresholdPercent} % or more at ${formatRanks(ranks)}.`,
    cause: "The adapter has too few directions to compensate for quantization.",
    mitigation: "Use a larger rank, or more bits per base weight.",
    // If every interval also contains acceptable percents, the variation between seeds may be the only cause.
    severity: isCertain ? "HIGH" : "MEDIUM",
    evidence: degradationEvidence(failing),
    experiments: comparedRuns(study, ranks),
  };
}

/** The notebook judges the smallest rank only. */
function detectByNotebook(study: FailureEvidence, { thresholdPercent }: HypothesisRule): DetectedFailure | undefined {
  const [smallest] = study.degradations;
  const percent = smallest?.degradation.percent ?? null;
  if (smallest === undefined || percent === null || Math.abs(percent) <= thresholdPercent) return undefined;
  return {
    symptom: `The degradation at r = ${smallest.rank} is ${percent.toFixed(2)} %.`,
    cause: "The bottleneck of a low rank cannot represent the task.",
    mitigation: "Use the smallest acceptable rank, or a larger one.",
    severity: "HIGH",
    evidence: degradationEvidence([smallest]),
    experiments: comparedRuns(study, [smallest.rank]),
  };
}
