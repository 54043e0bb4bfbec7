import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";

export const independentInitialisation = {
  kind: "INDEPENDENT_INITIALISATION",
  description: "The runs started from different A: mean cos(A1, A2) is below 0.5.",
  affects: ["WEIGHTS"],
  inComparison,
  inStudy,
} as const satisfies ConfoundRule;

function inComparison({ sharedStart, initialCosine }: SimilaritySummary): PairFinding | undefined {
  if (sharedStart !== false) return undefined;
  return {
    severity: "HIGH",
    message:
      `The runs started from different A (mean cosine of A: ${initialCosine?.toFixed(2)}), ` +
      "which alone makes their updates differ.",
  };
}

function inStudy({ similarities }: StudyEvidence): StudyFinding | undefined {
  const independent = similarities.filter(({ sharedStart }) => sharedStart === false);
  if (independent.length === 0) return undefined;
  const cosines = independent.map(({ rank, initialCosine }) => `r = ${rank}: ${initialCosine?.toFixed(2)}`).join(", ");
  return {
    severity: "HIGH",
    message:
      `The runs started from different A (mean cosine of A at ${cosines}), which alone makes their updates differ. ` +
      "These ranks do not show the effect of quantization.",
    ranks: independent.map(({ rank }) => rank),
  };
}
