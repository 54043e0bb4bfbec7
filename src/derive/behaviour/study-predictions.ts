import type { RankBehaviour } from "./rank-behaviour.js";

/** Measured divergences of predictions of a study's models, by rank. */
export interface StudyPredictions {
  /** The evaluation set and why it was chosen, for use in a sentence. */
  readonly source: string;
  /** Ascending; ranks with a measured pair of baseline and candidate. */
  readonly ranks: readonly RankPredictions[];
}

export interface RankPredictions extends RankBehaviour {
  readonly rank: number;
}
