import { notebookSimilarity } from "../hypotheses/notebook-similarity.js";
import { undecidableRanks } from "../similarity/noise-floor.js";
import type { HypothesisRule } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import { comparedRuns, type DetectedFailure, type FailureEvidence, type FailureModeRule } from "./failure-mode-rule.js";

export const weightDivergence = {
  kind: "WEIGHT_DIVERGENCE",
  description:
    "The mean cosine does not exceed its threshold, although the runs are not known to have started from different A.",
  detect,
  detectByNotebook,
} as const satisfies FailureModeRule;

/** Ranks at which another seed changes the update as much are not reported. */
function detect(study: FailureEvidence, { similarityThreshold }: HypothesisRule): DetectedFailure | undefined {
  const undecidable = undecidableRanks(study.noiseFloors, similarityThreshold);
  const diverged = study.similarities.filter(
    ({ mean, sharedStart, rank }) =>
      mean !== null && mean <= similarityThreshold && sharedStart !== false && !undecidable.includes(rank),
  );
  if (diverged.length === 0) return undefined;
  const ranks = diverged.map(({ rank }) => rank);
  return {
    symptom: `The mean cosine of the updates is ${similarityThreshold} or less at ${formatRanks(ranks)}.`,
    cause: "The candidate's adapter may also learn to compensate for the quantized base weights.",
    mitigation:
      "Do not exchange adapters between the base models. Compare the outputs on held-out data before using either.",
    severity: "MEDIUM",
    evidence: diverged.map(({ rank, mean }) => ({
      label: `mean cosine at r = ${rank}`,
      value: mean,
      unit: "cosine",
    })),
    experiments: comparedRuns(study, ranks),
  };
}

/** The notebook judges three layers at one rank. */
function detectByNotebook(
  study: FailureEvidence,
  { similarityThreshold }: HypothesisRule,
): DetectedFailure | undefined {
  const similarity = notebookSimilarity(study);
  if (similarity === undefined || similarity.mean >= similarityThreshold) return undefined;
  const { rank, mean } = similarity;
  return {
    symptom: `The cosine similarity is ${mean.toFixed(4)}, below ${similarityThreshold}.`,
    cause: "The quantization noise may exceed what the low rank can represent.",
    mitigation: "Use a larger rank, or quantize to 8 bits.",
    severity: "MEDIUM",
    evidence: [{ label: `mean cosine similarity of three layers at r = ${rank}`, value: mean, unit: "cosine" }],
    experiments: comparedRuns(study, [rank]),
  };
}
