import { ranksOf, runsAt } from "../runs/comparison-roles.js";
import type { FailureEvidence, FailureMode } from "./failure-mode.js";

export function missingWeights({ runs }: FailureEvidence): FailureMode[] {
  const missing = runs.filter((run) => !run.hasWeights);
  if (missing.length === 0) return [];
  return [
    {
      kind: "MISSING_WEIGHTS",
      symptom: `${missing.length} of ${runs.length} runs have no adapter weights in the folder`,
      cause: "They were not saved, or not copied with the rest (Git LFS files, size limits)",
      mitigation: "Copy adapter_model.safetensors of these runs into the folder and import it again",
      severity: "MEDIUM",
      evidence: [{ label: "runs without weights", value: missing.length, unit: "runs" }],
      experiments: missing,
    },
  ];
}

/** Ranks, or seeds of a rank, that only one side has. */
export function incompleteSweep({ runs, roles }: FailureEvidence): FailureMode[] {
  if (roles === undefined) return [];
  const gaps = ranksOf(runs).flatMap((rank) => {
    const sides = [roles.baseline, roles.candidate].map((side) => ({ side, runs: runsAt(runs, side, rank) }));
    const all = sides.flatMap((entry) => entry.runs);
    if (all.length === 0) return [];
    const seeds = [...new Set(all.flatMap(({ seed }) => seed ?? []))];
    return sides.flatMap((entry) => {
      if (entry.runs.length === 0) return [{ said: `${entry.side.name} has no run at r = ${rank}`, all }];
      const own = entry.runs.map(({ seed }) => seed);
      const lacking = own.includes(null) ? [] : seeds.filter((seed) => !own.includes(seed));
      return lacking.length === 0
        ? []
        : [{ said: `${entry.side.name} has no seed ${lacking.join(", ")} at r = ${rank}`, all }];
    });
  });
  if (gaps.length === 0) return [];
  return [
    {
      kind: "INCOMPLETE_SWEEP",
      symptom: gaps.map(({ said }) => said).join("; "),
      cause: "Runs failed, are not done yet, or were not copied with the rest",
      mitigation: "Run what is missing, or leave these ranks and seeds out of conclusions",
      severity: "MEDIUM",
      evidence: [{ label: "gaps", value: gaps.length, unit: "gaps" }],
      experiments: [...new Set(gaps.flatMap(({ all }) => all))],
    },
  ];
}
