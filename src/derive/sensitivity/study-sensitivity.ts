import type { RankSensitivity } from "./layer-seed-test.js";

/** The sensitivities of a study's layers, and their source. */
export interface StudySensitivity {
  /** Ascending. */
  readonly ranks: readonly RankSensitivity[];
  /** The evaluation set of measured sensitivities and why it was chosen, for use in a sentence. Null without measured ones. */
  readonly source: string | null;
  /** Why ranks have no sensitivity and how to compute it, in one or more sentences. Null if every rank has one. */
  readonly missing: string | null;
  /** Ranks whose sensitivity is being computed. */
  readonly pending: readonly PendingSensitivity[];
}

interface PendingSensitivity {
  readonly rank: number;
  readonly pendingJobs: readonly string[];
}

/** Returns the sensitivities of the seeds that `isCounted` selects. Undefined if there is none. */
export function withSeeds(
  sensitivity: RankSensitivity,
  isCounted: (seed: number | null) => boolean,
): RankSensitivity | undefined {
  const counted = sensitivity.seeds.map(isCounted);
  const seeds = sensitivity.seeds.filter((_, i) => counted[i]);
  if (seeds.length === 0) return undefined;
  const layers = sensitivity.layers.map(({ layer, scores }) => ({
    layer,
    scores: scores.filter((_, i) => counted[i]),
  }));
  return { ...sensitivity, seeds, layers };
}
