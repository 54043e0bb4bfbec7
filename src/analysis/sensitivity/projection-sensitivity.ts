import { partRows, type PartRow } from "../../derive/sensitivity/sensitivity-map.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { ComparedLayer } from "../similarity/compare-layers.js";
import { compareProjections } from "../similarity/compare-projections.js";

/** The score of one projection of one layer; null where it is undefined. */
interface ProjectionScore {
  readonly name: string;
  readonly score: number | null;
}

/**
 * Computes the update divergence of q, k and v of all fused projections, in one batch.
 *
 * @param ranks the compared layers of each rank, of all its pairs of seeds
 */
export async function projectionSensitivity(
  ranks: readonly (readonly ComparedLayer[])[],
  context: AnalysisContext,
): Promise<PartRow[]> {
  const byRank = await Promise.all(
    ranks.map(async (layers) => {
      const scores = await Promise.all(layers.map((layer) => projectionScores(layer, context)));
      return scores.flat();
    }),
  );
  return partRows(byRank);
}

async function projectionScores(layer: ComparedLayer, context: AnalysisContext): Promise<ProjectionScore[]> {
  const projections = await compareProjections(layer, context);
  return projections.map(({ part, updates }) => {
    const { cosineSimilarity } = updates.similarity;
    return { name: part.name, score: cosineSimilarity === null ? null : 1 - cosineSimilarity };
  });
}
