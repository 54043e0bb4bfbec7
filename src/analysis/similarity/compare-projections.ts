import { fusedParts, type FusedPart, type FusedParts } from "../../derive/similarity/fused-projections.js";
import { compareUpdates, type ComparedUpdates } from "./compare-updates.js";
import type { ComparedLayer } from "./compare-layers.js";
import type { AnalysisContext } from "../request/analysis-context.js";

/** Which rows of a compared layer are q, k and v, or why it has none that are known. */
export async function partsOf(
  { layer, left, right }: ComparedLayer,
  { loaders }: AnalysisContext,
): Promise<FusedParts> {
  const study = await loaders.studyById.load(layer.studyId);
  const { name, inFeatures, outFeatures } = layer;
  const transposed = (left ?? right)?.transposed ?? false;
  return fusedParts({ name, inFeatures, outFeatures, transposed, baseModel: study?.baseModel ?? null });
}

/** q, k and v of a compared layer, compared; empty where it has none that are known. */
export async function comparedParts(
  row: ComparedLayer,
  context: AnalysisContext,
): Promise<{ part: FusedPart; updates: ComparedUpdates }[]> {
  const fused = await partsOf(row, context);
  if ("reason" in fused) return [];
  const { left, right } = row;
  const compared = await compareUpdates(
    context.loaders.weights,
    fused.parts.map((rows) => ({ left, right, rows })),
    row,
  );
  return fused.parts.flatMap((part, i) => {
    const updates = compared[i];
    return updates === undefined ? [] : [{ part, updates }];
  });
}
