import { meanAndRange } from "../statistics/mean-and-range.js";
import type { LayerSimilarity } from "./layer-similarity.js";
import { SHARED_START_COSINE } from "./similarity-summary.js";

/** The similarity of a study's baseline and candidate over all ranks, from stored comparisons only. */
export interface StoredSummary {
  /**
   * Mean over the comparable ranks of the mean cosine of each rank. Null if no layer has a stored cosine. Ranks whose runs
   * started from different A are left out, because their cosine says nothing about quantization.
   */
  readonly meanCosineSimilarity: number | null;
  /** Number of layers with a stored, defined cosine, over the comparable ranks. */
  readonly comparedLayers: number;
  /** Number of layers without a stored comparison, over all ranks. */
  readonly missingLayers: number;
  /** Ranks whose runs started from different A, ascending. */
  readonly differentStartRanks: readonly number[];
}

/** The stored similarities of one rank. Null is a layer without a stored comparison. */
export interface StoredRank {
  readonly rank: number;
  readonly layers: readonly (LayerSimilarity | null)[];
}

/** Returns the summary of a study from the stored similarities of its ranks. */
export function storedSummary(ranks: readonly StoredRank[]): StoredSummary {
  const summaries = ranks.map(summariseRank);
  const comparable = summaries.filter(({ hasDifferentStart }) => !hasDifferentStart);
  const different = summaries.filter(({ hasDifferentStart }) => hasDifferentStart);
  return {
    meanCosineSimilarity: meanAndRange(comparable.map(({ meanCosine }) => meanCosine))?.mean ?? null,
    comparedLayers: comparable.reduce((sum, { comparedLayers }) => sum + comparedLayers, 0),
    missingLayers: summaries.reduce((sum, { missingLayers }) => sum + missingLayers, 0),
    differentStartRanks: different.map(({ rank }) => rank).sort((left, right) => left - right),
  };
}

interface StoredRankSummary {
  readonly rank: number;
  readonly meanCosine: number | null;
  readonly comparedLayers: number;
  readonly missingLayers: number;
  /** Whether the runs are known to have started from different A. */
  readonly hasDifferentStart: boolean;
}

function summariseRank({ rank, layers }: StoredRank): StoredRankSummary {
  const stored = layers.filter((layer) => layer !== null);
  const cosines = meanAndRange(stored.map(({ cosineSimilarity }) => cosineSimilarity));
  const start = meanAndRange(stored.map(({ initialCosine }) => initialCosine));
  return {
    rank,
    meanCosine: cosines?.mean ?? null,
    comparedLayers: cosines?.n ?? 0,
    missingLayers: layers.length - stored.length,
    hasDifferentStart: start !== undefined && start.mean < SHARED_START_COSINE,
  };
}
