import type { Run } from "../runs/comparison-roles.js";

/** Some layers of a run. */
export interface RunLayers<Layer> {
  readonly run: Run;
  readonly layers: readonly Layer[];
}

/** Returns the number of layers of each run for use in a sentence: `3 layers of 4bit_r8, 1 layer of 4bit_r16`. */
export function countLayers(runs: readonly RunLayers<unknown>[]): string {
  return runs
    .map(({ run, layers: { length } }) => `${length} ${length === 1 ? "layer" : "layers"} of ${run.name}`)
    .join(", ");
}
