import { meanAndRange } from "../statistics/sample.js";
import { layerSimilarity, undefinedSimilarity, type LayerSimilarity, type UpdateFacts } from "./layer-similarity.js";
import { SHARED_START_COSINE } from "./similarity-summary.js";

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

/** The similarity of a study's baseline and candidate over all ranks, from stored comparisons only. */
export interface StoredSummary {
  /**
   * Mean over the comparable ranks of the mean cosine of each rank. Null if no layer has a stored cosine. Ranks whose runs
   * started from different A are left out, because their cosine does not show the effect of quantization.
   */
  readonly meanCosineSimilarity: number | null;
  /** Number of layers with a stored, defined cosine, over the comparable ranks and their pairs of seeds. */
  readonly comparedLayers: number;
  /** Number of layers without a stored comparison, over all ranks and pairs of seeds. */
  readonly missingLayers: number;
  /** Ranks whose runs started from different A, ascending. */
  readonly differentStartRanks: readonly number[];
}

/** The stored similarities of one rank, for each pair of seeds. Null is a layer without a stored comparison. */
interface StoredRank {
  readonly rank: number;
  readonly pairs: readonly (readonly (LayerSimilarity | null)[])[];
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

/** Pairs that started from different A count only if all pairs of the rank did. */
function summariseRank({ rank, pairs }: StoredRank): StoredRankSummary {
  const summaries = pairs.map(summarisePair);
  const comparable = summaries.filter(({ hasDifferentStart }) => !hasDifferentStart);
  const counted = comparable.length === 0 ? summaries : comparable;
  return {
    rank,
    meanCosine: meanAndRange(counted.map(({ meanCosine }) => meanCosine))?.mean ?? null,
    comparedLayers: counted.reduce((sum, { comparedLayers }) => sum + comparedLayers, 0),
    missingLayers: summaries.reduce((sum, { missingLayers }) => sum + missingLayers, 0),
    hasDifferentStart: summaries.length > 0 && comparable.length === 0,
  };
}

function summarisePair(layers: StoredRank["pairs"][number]): Omit<StoredRankSummary, "rank"> {
  const stored = layers.filter((layer) => layer !== null);
  const cosines = meanAndRange(stored.map(({ cosineSimilarity }) => cosineSimilarity));
  const start = meanAndRange(stored.map(({ initialCosine }) => initialCosine));
  return {
    meanCosine: cosines?.mean ?? null,
    comparedLayers: cosines?.n ?? 0,
    missingLayers: layers.length - stored.length,
    hasDifferentStart: start !== undefined && start.mean < SHARED_START_COSINE,
  };
}
