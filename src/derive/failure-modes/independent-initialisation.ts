import { formatRanks } from "../wording.js";
import { comparedRuns, type DetectedFailure, type FailureEvidence, type FailureModeRule } from "./failure-mode-rule.js";

export const independentInitialisation = {
  kind: "INDEPENDENT_INITIALISATION",
  description: "The runs of a rank started from different A: mean cos(A1, A2) is below 0.5.",
  detect,
} as const satisfies FailureModeRule;

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const independent = study.similarities.filter(({ sharedStart }) => sharedStart === false);
  if (independent.length === 0) return undefined;
  const ranks = independent.map(({ rank }) => rank);
  return {
    symptom: `The runs at ${formatRanks(ranks)} started from different A.`,
    cause: "The random seed differed when the adapters were created.",
    mitigation:
      "Set the same seed directly before get_peft_model in both runs, or exclude these ranks from weight comparisons.",
    severity: "HIGH",
    evidence: independent.map(({ rank, initialCosine }) => ({
      label: `mean cosine of A at r = ${rank}`,
      value: initialCosine,
      unit: "cosine",
    })),
    experiments: comparedRuns(study, ranks),
  };
}
