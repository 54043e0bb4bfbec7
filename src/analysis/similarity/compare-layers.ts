import type { PairStatistics } from "../../derive/similarity/pair-statistics.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { Layer } from "../../store/studies/layers.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import { compareUpdates, type ComparedUpdates, type ComparisonOptions } from "./compare-updates.js";

/** The factors of one layer in a baseline and a candidate; undefined where one does not adapt the layer. */
export interface LayerFactors {
  readonly layer: Layer;
  readonly baseline: StoredFactors | undefined;
  readonly candidate: StoredFactors | undefined;
}

/** The comparison of one layer, with its factors and options, from which more about the layer can be computed. */
export interface ComparedLayer extends LayerFactors, ComparedUpdates, ComparisonOptions {}

/** A compared layer with the fields of the GraphQL type LayerSimilarity. */
export type LayerSimilarityRow = ComparedLayer &
  ComparedLayer["similarity"] & {
    readonly undefinedDetail: string | null;
    /** Null for two given runs. */
    readonly overSeeds: PairStatistics | null;
  };

/** Returns whether no later request gets another result: its facts were stored before, or it needs none. */
export function isStored({ computed, similarity }: ComparedUpdates): boolean {
  if (computed !== null) return computed.cached;
  return similarity.undefinedReason === "WEIGHTS_MISSING" || similarity.undefinedReason === "SHAPES_DIFFER";
}

/** Compares layers in one batch. */
export async function compareLayers(
  weights: WeightFactsLoader,
  layers: readonly LayerFactors[],
  options: ComparisonOptions,
): Promise<ComparedLayer[]> {
  const compared = await compareUpdates(weights, layers, options);
  return layers.flatMap((layer, i) => {
    const updates = compared[i];
    return updates === undefined ? [] : [{ ...layer, ...options, ...updates }];
  });
}

export function layerSimilarityRow(
  compared: ComparedLayer,
  overSeeds: PairStatistics | null = null,
): LayerSimilarityRow {
  return { ...compared, ...compared.similarity, undefinedDetail: compared.detail, overSeeds };
}
