import type { LayerSimilarity } from "./layer-similarity.js";
import { similaritySummary, type SimilaritySummary } from "./similarity-summary.js";

/** The similarity in one layer. */
interface SimilarLayer<Layer> {
  readonly layer: Layer;
  readonly similarity: LayerSimilarity;
}

/** The similarity of baseline and candidate at one rank, over all layers of the study. */
export interface RankSimilarity<Layer> extends SimilaritySummary {
  readonly rank: number;
  readonly layers: readonly SimilarLayer<Layer>[];
}

/**
 * A rank whose comparison is valid: it has compared layers, its runs are not known to have started from different A, and they
 * are not the same adapter under two names.
 */
export type ComparableRank<Layer> = RankSimilarity<Layer> & { readonly mean: number };

/** Returns the layers of one rank with their summary. */
export function rankSimilarity<Layer>(rank: number, layers: readonly SimilarLayer<Layer>[]): RankSimilarity<Layer> {
  return { rank, layers, ...similaritySummary(layers.map(({ similarity }) => similarity)) };
}

/** Returns the ranks whose comparison is valid. */
export function comparableRanks<Layer>(similarities: readonly RankSimilarity<Layer>[]): ComparableRank<Layer>[] {
  return similarities.filter(
    (similarity): similarity is ComparableRank<Layer> =>
      similarity.mean !== null && similarity.sharedStart !== false && !similarity.identical,
  );
}
