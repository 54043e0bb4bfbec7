import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";

export const layersLeftOut = {
  kind: "LAYERS_LEFT_OUT",
  description: "Some layers are not finite, are unreadable, or their computation failed.",
  affects: ["WEIGHTS"],
  inComparison,
  inStudy,
} as const satisfies ConfoundRule;

function inComparison(summary: SimilaritySummary): PairFinding | undefined {
  if (!isPartial(summary)) return undefined;
  return {
    severity: "MEDIUM",
    message:
      `${summary.leftOutLayers} layers could not be compared and are left out of the means. ` +
      "See the reasons of these layers.",
  };
}

function inStudy({ similarities }: StudyEvidence): StudyFinding | undefined {
  const partial = similarities.filter(isPartial);
  if (partial.length === 0) return undefined;
  const counts = partial.map(({ rank, leftOutLayers }) => `${leftOutLayers} at r = ${rank}`).join(", ");
  return {
    severity: "MEDIUM",
    message:
      `Some layers could not be compared and are left out of the means (${counts}). ` +
      "See the reasons of these layers.",
    ranks: partial.map(({ rank }) => rank),
  };
}

function isPartial({ leftOutLayers, comparedLayers }: SimilaritySummary): boolean {
  return leftOutLayers > 0 && comparedLayers > 0;
}
