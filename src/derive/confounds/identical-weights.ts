import { ranksOf, runsAt } from "../runs/comparison-roles.js";
import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";

export const identicalWeights = {
  kind: "IDENTICAL_WEIGHTS",
  description: "Baseline and candidate are the same adapter under two names. Their comparison is no evidence.",
  affects: ["WEIGHTS", "METRICS"],
  inComparison,
  inStudy,
} as const satisfies ConfoundRule;

function inComparison({ identical }: SimilaritySummary): PairFinding | undefined {
  if (!identical) return undefined;
  return { severity: "HIGH", message: "The two runs have equal weights: they are one adapter under two names." };
}

function inStudy(study: StudyEvidence): StudyFinding | undefined {
  const ranks = ranksOf(study.runs).filter((rank) => isCopied(study, rank));
  if (ranks.length === 0) return undefined;
  return {
    severity: "HIGH",
    message: `Baseline and candidate have equal weights at ${formatRanks(ranks)}: they are one adapter under two names.`,
    ranks,
  };
}

function isCopied({ runs, roles, similarities }: StudyEvidence, rank: number): boolean {
  if (similarities.some((similarity) => similarity.rank === rank && similarity.identical)) return true;
  if (roles === undefined) return false;
  const baselines = new Set(runsAt(runs, roles.baseline, rank).flatMap(({ weights }) => weights ?? []));
  return runsAt(runs, roles.candidate, rank).some(({ weights }) => weights != null && baselines.has(weights));
}
