import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const divergedRuns = {
  kind: "DIVERGED_RUNS",
  description: "The metric of some runs is NaN or infinite. Means over the other runs are means over survivors.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

function inStudy({ degradations }: StudyEvidence): StudyFinding | undefined {
  const affected = degradations.filter(
    ({ degradation: { baselineDiverged, candidateDiverged } }) => baselineDiverged + candidateDiverged > 0,
  );
  if (affected.length === 0) return undefined;
  const details = affected.map(({ rank, degradation }) => `r = ${rank}: ${degradation.reason}`).join(" ");
  return {
    severity: "HIGH",
    message: `Some runs diverged, and means are over the others only. ${details}`,
    ranks: affected.map(({ rank }) => rank),
  };
}
