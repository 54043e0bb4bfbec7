import type { LayerSimilarity } from "./layer-similarity.js";
import { meanAndRange } from "./layer-similarity.js";
import { SHARED_START_COSINE } from "./similarity-summary.js";

/** How alike a study's baseline and candidate are, over all its ranks, as far as comparisons are stored. */
export interface StoredSummary {
  /**
   * Mean over the comparable ranks of each rank's mean cosine; null where no layer has one. A rank whose runs started from
   * different A says nothing about quantization and is left out.
   */
  readonly meanCosineSimilarity: number | null;
  /** Layers, over the comparable ranks, whose cosine is stored and defined. */
  readonly comparedLayers: number;
  /** Layers, over all ranks, whose comparison has not been computed yet. */
  readonly missingLayers: number;
  /** Ranks that were left out because their runs started from different A, ascending. */
  readonly differentStartRanks: readonly number[];
}

/** Summarises the stored similarities of a study, rank by rank; null stands for a layer that was not compared. */
export function storedSummary(
  ranks: readonly { readonly rank: number; readonly layers: readonly (LayerSimilarity | null)[] }[],
): StoredSummary {
  const summaries = ranks.map(({ rank, layers }) => {
    const stored = layers.filter((layer) => layer !== null);
    return {
      rank,
      cosines: meanAndRange(stored.map(({ cosineSimilarity }) => cosineSimilarity)),
      start: meanAndRange(stored.map(({ initialCosine }) => initialCosine)),
      missing: layers.length - stored.length,
    };
  });
  const differs = ({ start }: (typeof summaries)[number]) => start !== undefined && start.mean < SHARED_START_COSINE;
  const fair = summaries.filter((summary) => !differs(summary));
  return {
    meanCosineSimilarity: meanAndRange(fair.map(({ cosines }) => cosines?.mean ?? null))?.mean ?? null,
    comparedLayers: fair.reduce((sum, { cosines }) => sum + (cosines?.n ?? 0), 0),
    missingLayers: summaries.reduce((sum, { missing }) => sum + missing, 0),
    differentStartRanks: summaries
      .filter(differs)
      .map(({ rank }) => rank)
      .sort((left, right) => left - right),
  };
}
