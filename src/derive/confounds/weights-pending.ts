import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { StudyEvidence } from "../study-evidence.js";
import { formatPendingJobs, formatRanks } from "../wording.js";
import type { ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";

export const weightsPending = {
  kind: "WEIGHTS_PENDING",
  description: "Weights are still being compared.",
  affects: ["WEIGHTS"],
  inComparison,
  inStudy,
} as const satisfies ConfoundRule;

function inComparison({ pendingJobs }: SimilaritySummary): PairFinding | undefined {
  if (pendingJobs.length === 0) return undefined;
  return {
    severity: "LOW",
    message: `The weights are still being compared (${formatPendingJobs([{ pendingJobs }])}).`,
  };
}

function inStudy({ similarities, sensitivity }: StudyEvidence): StudyFinding | undefined {
  const pending = [...similarities, ...(sensitivity?.pending ?? [])].filter(
    ({ pendingJobs }) => pendingJobs.length > 0,
  );
  if (pending.length === 0) return undefined;
  const ranks = [...new Set(pending.map(({ rank }) => rank))].sort((one, other) => one - other);
  return {
    severity: "LOW",
    message: `The weights at ${formatRanks(ranks)} are still being compared (${formatPendingJobs(pending)}).`,
    ranks,
  };
}
