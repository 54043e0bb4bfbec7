import { ranksOf, runsAt } from "../runs/comparison-roles.js";
import { mixedDataText } from "../runs/run-data.js";
import type { Steps } from "../steps.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const mixedData = {
  kind: "MIXED_DATA",
  description:
    "Runs of one configuration have different tasks or data sets. They are not replicates and are not averaged.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

function* inStudy({ runs, roles }: StudyEvidence, { metric }: HypothesisRule): Steps<StudyFinding | undefined> {
  if (roles === undefined) return undefined;
  const mixed: { readonly rank: number; readonly text: string }[] = [];
  for (const rank of ranksOf(runs)) {
    for (const configuration of [roles.baseline, roles.candidate]) {
      const ofRank = runsAt(runs, configuration, rank);
      yield ofRank.length;
      const text = mixedDataText(ofRank, metric);
      if (text !== undefined) mixed.push({ rank, text: `${configuration.name} at r = ${rank} (${text})` });
    }
  }
  if (mixed.length === 0) return undefined;
  return {
    severity: "HIGH",
    message:
      `Runs of one configuration have different tasks or data sets: ${mixed.map(({ text }) => text).join(", ")}. ` +
      "They are not replicates. Select the runs of one data set as baseline and candidate.",
    ranks: [...new Set(mixed.map(({ rank }) => rank))],
  };
}
