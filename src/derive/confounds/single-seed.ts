import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const singleSeed = {
  kind: "SINGLE_SEED",
  description:
    "The baseline or the candidate has a single independent run with the metric at a rank, so the variation between seeds is unknown.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

function inStudy({ roles, degradations }: StudyEvidence, { metric }: HypothesisRule): StudyFinding | undefined {
  if (roles === undefined) return undefined;
  const compared = degradations.filter(({ degradation: { baseline, candidate } }) => baseline && candidate);
  const ofRoles = (["baseline", "candidate"] as const).map((role) => ({
    name: roles[role].name,
    ranks: compared.filter(({ degradation }) => degradation[role]?.n === 1).map(({ rank }) => rank),
  }));
  const ranks = compared
    .map(({ rank }) => rank)
    .filter((rank) => ofRoles.some((single) => single.ranks.includes(rank)));
  if (ranks.length === 0) return undefined;
  const details = ofRoles
    .filter((single) => single.ranks.length > 0)
    .map((single) => `${single.name} has a single independent run with ${metric} at ${formatRanks(single.ranks)}`);
  return {
    severity: "MEDIUM",
    message: `${details.join("; ")}. These ranks do not show how much ${metric} varies between seeds.`,
    ranks,
  };
}
