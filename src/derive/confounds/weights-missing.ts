import { runsAt } from "../runs/comparison-roles.js";
import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";

export const weightsMissing = {
  kind: "WEIGHTS_MISSING",
  description: "No layer could be compared: a run, its weights or common layers are missing.",
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

function inStudy(study: StudyEvidence): StudyFinding | undefined {
  const ranks = study.similarities.filter(isMissing).map(({ rank }) => rank);
  if (ranks.length === 0) return undefined;
  const ranksByReason = new Map<string, number[]>();
  for (const rank of ranks) {
    const reason = whyMissing(study, rank);
    ranksByReason.set(reason, [...(ranksByReason.get(reason) ?? []), rank]);
  }
  const details = [...ranksByReason].map(([reason, missing]) => `at ${formatRanks(missing)} ${reason}`);
  return { severity: "MEDIUM", message: `No layer could be compared: ${details.join("; ")}.`, ranks };
}

/** Returns what is missing at a rank, for use in a sentence: a configuration, a run, weights, or common layers. */
function whyMissing({ runs, roles }: StudyEvidence, rank: number): string {
  if (roles === undefined) return "there are no two configurations to compare";
  const configurations = [roles.baseline, roles.candidate].map((configuration) => ({
    name: configuration.name,
    runs: runsAt(runs, configuration, rank),
  }));
  const absent = configurations.filter((configuration) => configuration.runs.length === 0);
  if (absent.length > 0) return `${absent.map(({ name }) => name).join(" and ")} has no run`;
  const withoutWeights = configurations.filter((configuration) => !configuration.runs.some((run) => run.hasWeights));
  if (withoutWeights.length > 0)
    return `the weights of ${withoutWeights.map(({ name }) => name).join(" and ")} are missing`;
  return "the two runs have no layer in common that can be compared";
}

function isMissing({ comparedLayers, pendingJobs }: SimilaritySummary): boolean {
  return comparedLayers === 0 && pendingJobs.length === 0;
}
