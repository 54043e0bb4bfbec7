import { countOf } from "../../model/count-of.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule } from "./failure-mode-rule.js";

export const missingWeights = {
  kind: "MISSING_WEIGHTS",
  description: "The folders of some runs contain no adapter weights.",
  detect,
} as const satisfies FailureModeRule;

function detect({ runs }: FailureEvidence): DetectedFailure | undefined {
  const missing = runs.filter((run) => !run.hasWeights);
  if (missing.length === 0) return undefined;
  return {
    symptom: `${missing.length} of ${countOf(runs.length, "run")} ${missing.length === 1 ? "has" : "have"} no adapter weights in the folder.`,
    cause: "The weights were not saved, or not copied into the folder (Git LFS files, size limits).",
    mitigation: "Copy adapter_model.safetensors of these runs into the folder and import it again.",
    severity: "MEDIUM",
    evidence: [{ label: "runs without weights", value: missing.length, unit: "runs" }],
    experiments: missing,
  };
}
