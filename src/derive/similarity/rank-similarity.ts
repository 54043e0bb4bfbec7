import { meanAndRange, meanOf } from "../statistics/sample.js";
import type { LayerSimilarity } from "./layer-similarity.js";
import {
  countedPairs,
  pairStatistics,
  type CountedPairs,
  type PairStatistics,
  type SummarisedPair,
} from "./pair-statistics.js";
import { SHARED_START_COSINE, type SimilaritySummary } from "./similarity-summary.js";

/** The similarity in one layer of the pair of runs that represents the rank. */
interface SimilarLayer<Layer> {
  readonly layer: Layer;
  readonly similarity: LayerSimilarity;
}

/** The similarity in one layer, and its cosine over all pairs of seeds. */
export interface ReplicatedLayer<Layer> extends SimilarLayer<Layer> {
  readonly cosine: PairStatistics;
}

/** The mean cosine over the layers, over the pairs of seeds of one rank. */
export interface RankPairStatistics extends PairStatistics {
  /** Number of pairs of runs with equal seeds and weights at the rank. */
  readonly available: number;
  /** Why fewer pairs than available count. Null if all do. */
  readonly reason: string | null;
  /** Seeds of the pairs that count. Null is unknown. */
  readonly seeds: readonly (number | null)[];
}

/**
 * The similarity of baseline and candidate at one rank, over all layers of the study and all pairs of runs with equal seeds.
 * `mean` is the mean over the pairs; `min` and `max` are over the layers' means.
 */
export interface RankSimilarity<Layer> extends SimilaritySummary {
  readonly rank: number;
  readonly layers: readonly ReplicatedLayer<Layer>[];
  readonly overPairs: RankPairStatistics;
}

/**
 * A rank whose comparison is valid: it has compared layers, its runs are not known to have started from different A, and they
 * are not the same adapter under two names.
 */
export type ComparableRank<Layer> = RankSimilarity<Layer> & { readonly mean: number };

/**
 * Returns the layers of one rank with their summary.
 *
 * @param layers of the pair that represents the rank
 * @param pairs the pairs that count; only that one by default
 */
export function rankSimilarity<Layer>(
  rank: number,
  layers: readonly SimilarLayer<Layer>[],
  pairs: CountedPairs = onlyPair(layers),
): RankSimilarity<Layer> {
  const { counted, available, reason } = pairs;
  const replicated = layers.map((layer, i) => ({ ...layer, cosine: layerCosine(counted, i) }));
  const pendingJobs = [...new Set(counted.flatMap(({ summary }) => summary.pendingJobs))];
  const isPending = pendingJobs.length > 0;
  const means = counted.map(({ summary }) => summary.mean);
  const seeds = counted.map(({ seed }) => seed);
  const overPairs = { ...pairStatistics(means, pendingJobs), available, reason, seeds };
  const byLayer = meanAndRange(replicated.map(({ cosine }) => cosine.mean));
  const starts = counted.flatMap(({ summary }) => summary.initialCosine ?? []);
  const initialCosine = isPending || starts.length === 0 ? null : meanOf(starts);
  return {
    rank,
    layers: replicated,
    overPairs,
    mean: overPairs.mean,
    min: isPending ? null : (byLayer?.min ?? null),
    max: isPending ? null : (byLayer?.max ?? null),
    comparedLayers: replicated.filter(({ cosine }) => cosine.pairs > 0).length,
    initialCosine,
    sharedStart: initialCosine === null ? null : initialCosine >= SHARED_START_COSINE,
    identical: counted.length > 0 && counted.every(({ summary }) => summary.identical),
    leftOutLayers: counted.reduce((most, { summary }) => Math.max(most, summary.leftOutLayers), 0),
    pendingJobs,
  };
}

function onlyPair(layers: readonly SimilarLayer<unknown>[]): CountedPairs {
  const pair = { seed: null, layers: layers.map(({ similarity }) => similarity) };
  return countedPairs({ compared: [pair], available: 1 });
}

/** Returns the cosine of the layer at `index` over the pairs. */
function layerCosine(pairs: readonly SummarisedPair[], index: number): PairStatistics {
  const ofPairs = pairs.flatMap(({ layers }) => layers[index] ?? []);
  const pendingJobs = [...new Set(ofPairs.flatMap(({ pendingJob }) => pendingJob ?? []))];
  return pairStatistics(
    ofPairs.map(({ cosineSimilarity }) => cosineSimilarity),
    pendingJobs,
    ofPairs.map(({ undefinedReason }) => undefinedReason),
  );
}

/** Returns the ranks whose comparison is valid. */
export function comparableRanks<Layer>(similarities: readonly RankSimilarity<Layer>[]): ComparableRank<Layer>[] {
  return similarities.filter(
    (similarity): similarity is ComparableRank<Layer> =>
      similarity.mean !== null && similarity.sharedStart !== false && !similarity.identical,
  );
}
