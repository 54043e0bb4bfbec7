import type { LayerSimilarity } from "./layer-similarity.js";
import { similaritySummary, type SimilaritySummary } from "./similarity-summary.js";

/** The similarity of a baseline and a candidate at one rank, over all layers of the study. */
export interface RankSimilarity<Layer> extends SimilaritySummary {
  readonly rank: number;
  readonly layers: readonly { readonly layer: Layer; readonly similarity: LayerSimilarity }[];
}

/** Summarises the layers of one rank. */
export function rankSimilarity<Layer>(
  rank: number,
  layers: readonly { layer: Layer; similarity: LayerSimilarity }[],
): RankSimilarity<Layer> {
  return { rank, layers, ...similaritySummary(layers.map(({ similarity }) => similarity)) };
}
