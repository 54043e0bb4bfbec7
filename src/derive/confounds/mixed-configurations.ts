import { ranksOf, runsAt, type ComparisonRoles, type Configuration } from "../runs/comparison-roles.js";
import { differingSettings, settingsKey } from "../runs/config-differences.js";
import type { RunSettings } from "../runs/run-settings.js";
import { eachInSteps, type Steps } from "../steps.js";
import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const mixedConfigurations = {
  kind: "MIXED_CONFIGURATIONS",
  description: "Runs that are treated as seeds differ in more than their seed.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

/** Settings in which runs of one configuration may differ: the seed and what follows from it, and those of `mixedData`. */
const SETTINGS_OF_A_RUN = ["seed", "checkpointStep", "method", "task", "dataset"];

/** The finding of each set of settings by roles: it depends on nothing else, and takes long for many runs. */
const FOUND = new WeakMap<object, WeakMap<ComparisonRoles, { readonly finding: StudyFinding | undefined }>>();

function* inStudy(study: StudyEvidence): Steps<StudyFinding | undefined> {
  const { roles, settings } = study;
  if (roles === undefined) return undefined;
  const ofSettings = FOUND.get(settings) ?? new WeakMap<ComparisonRoles, { finding: StudyFinding | undefined }>();
  FOUND.set(settings, ofSettings);
  const known = ofSettings.get(roles);
  if (known !== undefined) return known.finding;
  const finding = yield* findMixed(study, roles);
  ofSettings.set(roles, { finding });
  return finding;
}

function* findMixed(study: StudyEvidence, { baseline, candidate }: ComparisonRoles): Steps<StudyFinding | undefined> {
  const mixed: { readonly rank: number; readonly fields: readonly string[] }[] = [];
  for (const rank of ranksOf(study.runs)) {
    const ofBaseline = yield* differingFields(study, baseline, rank);
    const ofCandidate = yield* differingFields(study, candidate, rank);
    const fields = [...new Set([...ofBaseline, ...ofCandidate])];
    if (fields.length > 0) mixed.push({ rank, fields });
  }
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

/** Items of simple work that the settings of one run are. */
const ITEMS_PER_SETTINGS = 10;

/** Returns the settings in which the runs of one configuration at one rank differ. A setting unknown for a run is ignored. */
function* differingFields(
  { runs, settings }: StudyEvidence,
  configuration: Configuration,
  rank: number,
): Steps<readonly string[]> {
  const ofRuns = runsAt(runs, configuration, rank).flatMap(({ id }) => settings.get(id) ?? []);
  // Most runs differ in their seeds only: each distinct set of settings is compared once.
  const distinct = new Map<string, RunSettings>();
  const compareOne = (one: RunSettings): void => {
    const key = settingsKey(one, SETTINGS_OF_A_RUN);
    if (!distinct.has(key)) distinct.set(key, one);
  };
  yield* eachInSteps(ofRuns, compareOne, ITEMS_PER_SETTINGS);
  return differingSettings(distinct.values(), SETTINGS_OF_A_RUN);
}
