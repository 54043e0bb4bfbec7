import { notebookSimilarity } from "../hypotheses/notebook-judgements.js";
import type { HypothesisRule } from "../study-evidence.js";
import { comparedRuns, type FailureEvidence, type FailureMode } from "./failure-mode.js";

/** The two failure modes that the notebook looks for: the least rank's degradation, and its three layers' mean cosine. */
export function notebookFailureModes(
  study: FailureEvidence,
  { thresholdPercent, similarityThreshold }: HypothesisRule,
): FailureMode[] {
  const modes: FailureMode[] = [];
  const [least] = study.degradations;
  const percent = least?.degradation.percent ?? null;
  if (least !== undefined && percent !== null && Math.abs(percent) > thresholdPercent) {
    modes.push({
      kind: "INSUFFICIENT_RANK",
      symptom: `At r = ${least.rank}, degradation = ${percent.toFixed(2)} %`,
      cause: "A low-rank bottleneck cannot hold the task",
      mitigation: "Use the least rank that is acceptable, or a larger one",
      severity: "HIGH",
      evidence: [{ label: `degradation at r = ${least.rank}`, value: percent, unit: "%" }],
      experiments: comparedRuns(study, [least.rank]),
    });
  }
  const similarity = notebookSimilarity(study);
  if (similarity !== undefined && similarity.mean < similarityThreshold) {
    const { rank, mean } = similarity;
    modes.push({
      kind: "WEIGHT_DIVERGENCE",
      symptom: `Cosine similarity = ${mean.toFixed(4)} < ${similarityThreshold}`,
      cause: "Quantization noise exceeds what the low rank can hold",
      mitigation: "Use a larger rank, or quantize to 8 bits",
      severity: "MEDIUM",
      evidence: [{ label: `mean cosine similarity of three layers at r = ${rank}`, value: mean, unit: "cosine" }],
      experiments: comparedRuns(study, [rank]),
    });
  }
  return modes;
}
