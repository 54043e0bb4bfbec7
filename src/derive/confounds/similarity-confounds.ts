import type { Confound } from "./confound.js";
import { formatPendingJobs } from "../wording/pending-jobs.js";
import type { RankSimilarity } from "../similarity/rank-similarity.js";

/** What makes the weight comparison unfair, or leaves part of it out. */
export function similarityConfounds(similarities: readonly RankSimilarity<unknown>[]): Confound[] {
  const confounds: Confound[] = [];
  const independent = similarities.filter(({ sharedStart }) => sharedStart === false);
  if (independent.length > 0) {
    const starts = independent.map(({ rank, initialCosine }) => `r = ${rank}: ${initialCosine?.toFixed(2)}`).join(", ");
    confounds.push({
      kind: "INDEPENDENT_INITIALISATION",
      severity: "HIGH",
      message:
        `The runs started from different A (mean cosine of A at ${starts}): ` +
        "their updates differ for that reason alone, so these ranks say nothing about quantization.",
      ranks: independent.map(({ rank }) => rank),
    });
  }
  const pending = similarities.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length > 0) {
    const ranks = pending.map(({ rank }) => rank);
    confounds.push({
      kind: "WEIGHTS_PENDING",
      severity: "LOW",
      message: `The weights at r = ${ranks.join(", ")} are still being compared (${formatPendingJobs(pending)}).`,
      ranks,
    });
  }
  const partial = similarities.filter(({ leftOutLayers, comparedLayers }) => leftOutLayers > 0 && comparedLayers > 0);
  if (partial.length > 0) {
    const counts = partial.map(({ rank, leftOutLayers }) => `${leftOutLayers} at r = ${rank}`).join(", ");
    confounds.push({
      kind: "LAYERS_LEFT_OUT",
      severity: "MEDIUM",
      message: `Layers that could not be compared are left out of the means (${counts}): see their reasons.`,
      ranks: partial.map(({ rank }) => rank),
    });
  }
  const missing = similarities
    .filter(({ comparedLayers, pendingJobs }) => comparedLayers === 0 && pendingJobs.length === 0)
    .map(({ rank }) => rank);
  if (missing.length > 0) {
    confounds.push({
      kind: "WEIGHTS_MISSING",
      severity: "MEDIUM",
      message: `No layer could be compared at r = ${missing.join(", ")}: the weights of one or both runs are not there.`,
      ranks: missing,
    });
  }
  return confounds;
}
