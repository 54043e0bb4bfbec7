import { ranksOf, runsAt, type Run } from "../runs/comparison-roles.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule } from "./failure-mode-rule.js";

export const incompleteSweep = {
  kind: "INCOMPLETE_SWEEP",
  description: "Only the baseline or only the candidate has some of the ranks or seeds.",
  detect,
} as const satisfies FailureModeRule;

/** A missing rank, or missing seeds of a rank. */
interface Gap {
  readonly text: string;
  /** The runs at that rank. */
  readonly runs: readonly Run[];
}

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const gaps = ranksOf(study.runs).flatMap((rank) => gapsAt(study, rank));
  if (gaps.length === 0) return undefined;
  return {
    symptom: `${gaps.map(({ text }) => text).join("; ")}.`,
    cause: "Runs failed, are not finished, or were not copied into the folder.",
    mitigation: "Complete the missing runs, or exclude these ranks and seeds from conclusions.",
    severity: "MEDIUM",
    evidence: [{ label: "gaps", value: gaps.length, unit: "gaps" }],
    experiments: [...new Set(gaps.flatMap(({ runs }) => runs))],
  };
}

function gapsAt({ runs, roles }: FailureEvidence, rank: number): Gap[] {
  if (roles === undefined) return [];
  const baselines = runsAt(runs, roles.baseline, rank);
  const candidates = runsAt(runs, roles.candidate, rank);
  const all = [...baselines, ...candidates];
  if (all.length === 0) return [];
  const texts = [
    gapText(roles.baseline.name, baselines, all, rank),
    gapText(roles.candidate.name, candidates, all, rank),
  ];
  return texts.filter((text) => text !== undefined).map((text) => ({ text, runs: all }));
}

/** Returns what a configuration lacks at a rank. Undefined if it is complete, or if the seed of one of its runs is unknown. */
function gapText(name: string, own: readonly Run[], all: readonly Run[], rank: number): string | undefined {
  if (own.length === 0) return `${name} has no run at r = ${rank}`;
  const ownSeeds = own.map(({ seed }) => seed);
  if (ownSeeds.includes(null)) return undefined;
  const seeds = [...new Set(all.flatMap(({ seed }) => seed ?? []))];
  const missing = seeds.filter((seed) => !ownSeeds.includes(seed));
  return missing.length === 0 ? undefined : `${name} has no seed ${missing.join(", ")} at r = ${rank}`;
}
