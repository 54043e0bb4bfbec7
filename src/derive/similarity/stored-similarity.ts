import { layerSimilarity, undefinedSimilarity, type LayerSimilarity, type UpdateFacts } from "./layer-similarity.js";

/** The stored facts of one layer that two runs adapt. */
export interface StoredLayerPair extends UpdateFacts {
  readonly sameShape: boolean;
  /** Whether the comparison has been computed. */
  readonly compared: boolean;
  readonly baselineScaling: number;
  readonly candidateScaling: number;
}

/**
 * Returns the similarity from stored facts. Null if the comparison was never computed. If it was computed for other
 * scalings only, the distances are null, because the cosine alone does not depend on the size of the scalings.
 */
export function storedSimilarity(pair: StoredLayerPair): LayerSimilarity | null {
  if (!pair.sameShape) return undefinedSimilarity("SHAPES_DIFFER");
  if (!pair.compared) return null;
  const { baselineScaling, candidateScaling, squaredDistance } = pair;
  // Any distance other than 0 gives the same cosine.
  const facts = { ...pair, squaredDistance: squaredDistance ?? 1 };
  const similarity = layerSimilarity(facts, baselineScaling, candidateScaling);
  if (squaredDistance !== null || similarity.undefinedReason === "NOT_FINITE") return similarity;
  return { ...similarity, l2Distance: null, relativeDifference: null };
}
