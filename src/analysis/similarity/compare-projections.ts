import { fusedParts, type FusedPart, type FusedParts } from "../../derive/similarity/fused-projections.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { ComparedLayer } from "./compare-layers.js";
import { compareUpdates, type ComparedUpdates } from "./compare-updates.js";

/** One of the projections q, k and v of a fused layer, compared. */
interface ComparedProjection {
  readonly part: FusedPart;
  readonly updates: ComparedUpdates;
}

/** Returns the rows of a compared layer that are q, k and v, or the reason where they are unknown. */
export async function fusedProjections(
  { layer, baseline, candidate }: ComparedLayer,
  { loaders }: AnalysisContext,
): Promise<FusedParts> {
  const study = await loaders.studyById.load(layer.studyId);
  const { name, inFeatures, outFeatures } = layer;
  const transposed = (baseline ?? candidate)?.transposed ?? false;
  return fusedParts({ name, inFeatures, outFeatures, transposed, baseModel: study?.baseModel ?? null });
}

/** Compares q, k and v of a compared layer; returns none where they are unknown. */
export async function compareProjections(
  compared: ComparedLayer,
  context: AnalysisContext,
): Promise<ComparedProjection[]> {
  const fused = await fusedProjections(compared, context);
  if ("reason" in fused) return [];
  const { baseline, candidate } = compared;
  const pairs = fused.parts.map((rows) => ({ baseline, candidate, rows }));
  const results = await compareUpdates(context.loaders.weights, pairs, compared);
  return fused.parts.flatMap((part, i) => {
    const updates = results[i];
    return updates === undefined ? [] : [{ part, updates }];
  });
}
