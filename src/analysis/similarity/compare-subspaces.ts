import {
  subspaceSimilarity,
  undefinedSubspaces,
  type Directions,
  type SubspaceFacts,
  type SubspaceShape,
  type SubspaceSimilarity,
} from "../../derive/spectra/subspace-similarity.js";
import { absentFacts } from "../request/absent-facts.js";
import { provenanceOf, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import type { ComparedLayer } from "./compare-layers.js";

/** A subspace similarity with the facts that its grids are computed from. */
export interface SubspaceRow extends SubspaceSimilarity {
  readonly facts: SubspaceFacts | null;
  readonly shape: SubspaceShape;
  readonly undefinedDetail: string | null;
  readonly pendingJob: string | null;
  readonly computed: Provenance | null;
}

/** Compares the singular subspaces of a layer's two updates. */
export async function compareSubspaces(
  weights: WeightFactsLoader,
  compared: ComparedLayer,
  directions: Directions,
): Promise<SubspaceRow> {
  const { layer, baseline, candidate, similarity, waitMilliseconds } = compared;
  const { inFeatures, outFeatures } = layer;
  const row = {
    facts: null,
    shape: { inFeatures, outFeatures, transposed: baseline?.transposed ?? false },
    undefinedDetail: null,
    pendingJob: null,
    computed: null,
  };
  if (baseline === undefined || candidate === undefined) return { ...undefinedSubspaces("WEIGHTS_MISSING"), ...row };
  if (similarity.undefinedReason === "SHAPES_DIFFER") return { ...undefinedSubspaces("SHAPES_DIFFER"), ...row };
  const pair = { left: { factors: baseline }, right: { factors: candidate }, scalingRatio: 1 };
  const [result] = await weights.load("SUBSPACE", [pair], waitMilliseconds);
  if (result === undefined) throw new Error("The loader returned no subspace facts.");
  if (!("facts" in result)) {
    const { undefinedReason, detail, pendingJob } = absentFacts(result);
    return { ...undefinedSubspaces(undefinedReason), ...row, undefinedDetail: detail, pendingJob };
  }
  const subspaces = subspaceSimilarity(result.facts, row.shape, directions);
  return {
    ...row,
    ...subspaces,
    undefinedReason: subspaces.undefinedReason && preciseReason(subspaces, compared),
    facts: result.facts,
    computed: provenanceOf(result),
  };
}

/**
 * Returns the reason of the comparison where it is more precise: the subspaces of two zero updates have neither a rank nor a
 * reason.
 */
function preciseReason(subspaces: SubspaceSimilarity, { similarity }: ComparedLayer): SubspaceRow["undefinedReason"] {
  const { undefinedReason } = similarity;
  const isPrecise = undefinedReason === "ZERO_UPDATE" || undefinedReason === "NOT_FINITE";
  return isPrecise ? undefinedReason : subspaces.undefinedReason;
}
