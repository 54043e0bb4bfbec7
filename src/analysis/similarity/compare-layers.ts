import type { StoredFactors } from "../../model/stored-factors.js";
import type { Layer } from "../../store/studies/layers.js";
import { compareUpdates, type ComparedUpdates, type ComparisonAsked } from "./compare-updates.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

/** One layer on two sides, with what is needed to ask more about it. */
export interface ComparedLayer extends ComparedUpdates, ComparisonAsked {
  readonly layer: Layer;
  readonly left: StoredFactors | undefined;
  readonly right: StoredFactors | undefined;
}

/** Compares layers, all in one question. */
export async function compareLayers(
  weights: WeightFactsLoader,
  layers: readonly Pick<ComparedLayer, "layer" | "left" | "right">[],
  asked: ComparisonAsked,
): Promise<ComparedLayer[]> {
  const compared = await compareUpdates(weights, layers, asked);
  return layers.flatMap((sides, i) => {
    const updates = compared[i];
    return updates === undefined ? [] : [{ ...sides, ...asked, ...updates }];
  });
}

/** A compared layer as the schema's LayerSimilarity has it. */
export type LayerSimilarityRow = ComparedLayer &
  ComparedLayer["similarity"] & { readonly undefinedDetail: string | null };

export function layerSimilarityRow(compared: ComparedLayer): LayerSimilarityRow {
  return { ...compared, ...compared.similarity, undefinedDetail: compared.detail };
}
