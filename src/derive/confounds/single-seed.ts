import { ranksOf, runsAt } from "../runs/comparison-roles.js";
import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const singleSeed = {
  kind: "SINGLE_SEED",
  description: "The baseline or the candidate has a single run at a rank, so the variation between seeds is unknown.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

function inStudy({ runs, roles }: StudyEvidence): StudyFinding | undefined {
  if (roles === undefined) return undefined;
  const ranks = ranksOf(runs).filter((rank) => {
    const baselines = runsAt(runs, roles.baseline, rank).length;
    const candidates = runsAt(runs, roles.candidate, rank).length;
    return Math.min(baselines, candidates) === 1;
  });
  if (ranks.length === 0) return undefined;
  return {
    severity: "MEDIUM",
    message:
      "The baseline or the candidate has a single run, so there is no interval and the variation between seeds is unknown.",
    ranks,
  };
}
