import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";

export const weightsMissing = {
  kind: "WEIGHTS_MISSING",
  description: "No layer could be compared, for example because the folder of a run has no weights.",
  affects: ["WEIGHTS"],
  inComparison,
  inStudy,
} as const satisfies ConfoundRule;

function inComparison(summary: SimilaritySummary): PairFinding | undefined {
  if (!isMissing(summary)) return undefined;
  return {
    severity: "MEDIUM",
    message:
      "No layer could be compared. See the reasons of the layers; without layers, the weights of a run are missing.",
  };
}

function inStudy({ similarities }: StudyEvidence): StudyFinding | undefined {
  const ranks = similarities.filter(isMissing).map(({ rank }) => rank);
  if (ranks.length === 0) return undefined;
  return {
    severity: "MEDIUM",
    message: `No layer could be compared at ${formatRanks(ranks)}: the weights of one or both runs are missing.`,
    ranks,
  };
}

function isMissing({ comparedLayers, pendingJobs }: SimilaritySummary): boolean {
  return comparedLayers === 0 && pendingJobs.length === 0;
}
