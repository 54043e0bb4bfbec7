import { ranksOf, runsAt, type Configuration } from "../runs/comparison-roles.js";
import { configDifferences } from "../runs/config-differences.js";
import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const mixedConfigurations = {
  kind: "MIXED_CONFIGURATIONS",
  description: "Runs that are treated as seeds differ in more than their seed.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

/** Settings in which runs of one configuration may differ: the seed, and what follows from it. */
const SETTINGS_OF_A_RUN = ["seed", "checkpointStep", "method"];

function inStudy(study: StudyEvidence): StudyFinding | undefined {
  const { runs, roles } = study;
  if (roles === undefined) return undefined;
  const mixed = ranksOf(runs).flatMap((rank) => {
    const fields = new Set([
      ...differingFields(study, roles.baseline, rank),
      ...differingFields(study, roles.candidate, rank),
    ]);
    return fields.size === 0 ? [] : [{ rank, fields: [...fields] }];
  });
  if (mixed.length === 0) return undefined;
  const details = mixed.map(({ rank, fields }) => `r = ${rank}: ${fields.join(", ")}`).join("; ");
  return {
    severity: "HIGH",
    message:
      `Runs that are treated as seeds of one configuration differ in more than their seed (${details}). ` +
      "Select the baseline and the candidate.",
    ranks: mixed.map(({ rank }) => rank),
  };
}

/** Returns the settings in which the runs of one configuration at one rank differ. A setting unknown for a run is ignored. */
function differingFields({ runs, settings }: StudyEvidence, configuration: Configuration, rank: number): string[] {
  const [first, ...others] = runsAt(runs, configuration, rank).flatMap(({ id }) => settings.get(id) ?? []);
  if (first === undefined) return [];
  return others
    .flatMap((other) => configDifferences(first, other))
    .filter(({ baseline, candidate }) => baseline !== null && candidate !== null)
    .map(({ field }) => field)
    .filter((field) => !SETTINGS_OF_A_RUN.includes(field));
}
