import { countOf } from "../model/count-of.js";
import type { Run } from "./runs/comparison-roles.js";

/** Returns ranks for use in a sentence: `r = 2, 4`. */
export function formatRanks(ranks: readonly number[]): string {
  return `r = ${ranks.join(", ")}`;
}

/** Returns the ids of pending jobs for use in a sentence: `job 0190...`, `jobs 0190..., 0191...`. */
export function formatPendingJobs(pending: readonly { readonly pendingJobs: readonly string[] }[]): string {
  const ids = [...new Set(pending.flatMap(({ pendingJobs }) => pendingJobs))];
  return `${ids.length === 1 ? "job" : "jobs"} ${ids.join(", ")}`;
}

/** Maximum number of entries of a list in a sentence. */
const MAX_LISTED = 5;

/** Returns entries for use in a sentence: `a, b`, `a, b, c, d, e and 12 more`. */
export function formatList(entries: readonly (string | number)[], separator = ", "): string {
  const shown = entries.slice(0, MAX_LISTED).join(separator);
  return entries.length > MAX_LISTED ? `${shown} and ${entries.length - MAX_LISTED} more` : shown;
}

/** Returns steps for use in a sentence: `step 30`, `steps 30, 40, 50, 60, 70 and 12 more`. */
export function formatSteps(steps: readonly number[]): string {
  return `${steps.length === 1 ? "step" : "steps"} ${formatList(steps)}`;
}

/** Some layers of a run. */
interface RunLayers<Layer> {
  readonly run: Run;
  readonly layers: readonly Layer[];
}

/** Returns the number of layers of each run for use in a sentence: `3 layers of 4bit_r8, 1 layer of 4bit_r16`. */
export function countLayers(runs: readonly RunLayers<unknown>[]): string {
  return runs.map(({ run, layers: { length } }) => `${countOf(length, "layer")} of ${run.name}`).join(", ");
}

/** Returns seeds for use in a sentence: `seed 1`, `seeds 1, unknown`. */
export function formatSeeds(seeds: readonly (number | null)[]): string {
  const names = seeds.map((seed) => seed ?? "unknown").join(", ");
  return `${seeds.length === 1 ? "seed" : "seeds"} ${names}`;
}

/** Why nothing is measured between baseline and candidate at a rank. */
export const NO_SEED_PAIRS = "There is no pair of runs of equal seeds with weights.";
