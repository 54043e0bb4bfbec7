import { layerSimilarity, undefinedSimilarity, type LayerSimilarity, type UpdateFacts } from "./layer-similarity.js";

/** What is stored of one layer that two runs adapt. */
export interface StoredLayerPair extends UpdateFacts {
  readonly sameShape: boolean;
  /** Whether the comparison has been computed. */
  readonly compared: boolean;
  readonly baselineScaling: number;
  readonly candidateScaling: number;
}

/** The similarity as far as it is stored; null where the comparison was never computed. */
export function storedSimilarity(pair: StoredLayerPair): LayerSimilarity | null {
  if (!pair.sameShape) return undefinedSimilarity("SHAPES_DIFFER");
  if (!pair.compared) return null;
  const { baselineScaling, candidateScaling, squaredDistance } = pair;
  // The cosine needs no distance, only whether it is 0; where that is of other scalings it is left out afterwards.
  const found = layerSimilarity({ ...pair, squaredDistance: squaredDistance ?? 1 }, baselineScaling, candidateScaling);
  if (squaredDistance !== null || found.undefinedReason === "NOT_FINITE") return found;
  return { ...found, l2Distance: null, relativeDifference: null };
}
