import { partRows, type PartRow } from "../../derive/sensitivity/sensitivity-map.js";
import type { ComparedLayer } from "../similarity/compare-layers.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { comparedParts } from "../similarity/compare-projections.js";

/** q, k and v of all fused projections at all fair ranks, asked about together. */
export async function sensitivityParts(
  compared: readonly (readonly ComparedLayer[])[],
  context: AnalysisContext,
): Promise<PartRow[]> {
  const scores = (layers: readonly ComparedLayer[]) =>
    layers.map(async (layer) => {
      const parts = await comparedParts(layer, context);
      return parts.map(({ part: { name }, updates }) => {
        const { cosineSimilarity } = updates.similarity;
        return { name, score: cosineSimilarity === null ? null : 1 - cosineSimilarity };
      });
    });
  const byRank = await Promise.all(compared.map(async (layers) => (await Promise.all(scores(layers))).flat()));
  return partRows(byRank);
}
