import type { Run } from "../../derive/runs/comparison-roles.js";

/** Maximum number of runs of which a plot shows each: more are not visible, and take seconds to draw. */
export const MAX_PLOTTED_RUNS = 2_000;

/** Returns why a plot does not show each of the runs; null if it does. */
export function tooManyRuns(runs: readonly Run[]): string | null {
  if (runs.length <= MAX_PLOTTED_RUNS) return null;
  return `${runs.length} runs; a plot shows at most ${MAX_PLOTTED_RUNS}. Request a single rank, or download the table of runs.`;
}
