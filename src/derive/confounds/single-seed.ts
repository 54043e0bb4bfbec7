import { ranksOf, runsAt, type Configuration } from "../runs/comparison-roles.js";
import type { StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const singleSeed = {
  kind: "SINGLE_SEED",
  description: "The baseline or the candidate has a single run at a rank, so the variation between seeds is unknown.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

function inStudy({ runs, roles }: StudyEvidence): StudyFinding | undefined {
  if (roles === undefined) return undefined;
  const hasSingle = (configuration: Configuration) => (rank: number) => runsAt(runs, configuration, rank).length === 1;
  const compared = ranksOf(runs).filter(
    (rank) => runsAt(runs, roles.baseline, rank).length > 0 && runsAt(runs, roles.candidate, rank).length > 0,
  );
  const ofRoles = [roles.baseline, roles.candidate].map((configuration) => ({
    name: configuration.name,
    ranks: compared.filter(hasSingle(configuration)),
  }));
  const ranks = compared.filter((rank) => ofRoles.some((single) => single.ranks.includes(rank)));
  if (ranks.length === 0) return undefined;
  const details = ofRoles
    .filter((single) => single.ranks.length > 0)
    .map((single) => `${single.name} has a single run at ${formatRanks(single.ranks)}`);
  return {
    severity: "MEDIUM",
    message: `${details.join("; ")}. There is no interval, and the variation between seeds is unknown.`,
    ranks,
  };
}
