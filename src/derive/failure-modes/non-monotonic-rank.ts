import { rankStates } from "../degradation/rank-states.js";
import { formatRanks } from "../wording.js";
import {
  comparedRuns,
  degradationEvidence,
  type DetectedFailure,
  type FailureEvidence,
  type FailureModeRule,
} from "./failure-mode-rule.js";

export const nonMonotonicRank = {
  kind: "NON_MONOTONIC_RANK",
  description: "A rank fails although a smaller rank is acceptable.",
  detect,
} as const satisfies FailureModeRule;

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const tested = rankStates(study.degradations);
  const firstAcceptable = tested.findIndex(({ state }) => state === "ACCEPTABLE");
  const larger = firstAcceptable < 0 ? [] : tested.slice(firstAcceptable + 1);
  const ranks = larger.filter(({ state }) => state === "UNACCEPTABLE").map(({ rank }) => rank);
  if (ranks.length === 0) return undefined;
  return {
    symptom: `A smaller rank is acceptable, but ${formatRanks(ranks)} is not.`,
    cause: "Variation between seeds, or a learning rate that does not suit the step scale of the larger rank.",
    mitigation: "Repeat with more seeds. Keep alpha / r constant over the sweep, or use rsLoRA.",
    severity: "MEDIUM",
    evidence: degradationEvidence(tested),
    experiments: comparedRuns(study, ranks),
  };
}
