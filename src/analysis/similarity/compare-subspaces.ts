import {
  subspaceSimilarity,
  undefinedSubspaces,
  type Directions,
  type SubspaceFacts,
  type SubspaceShape,
  type SubspaceSimilarity,
} from "../../derive/spectra/subspace-similarity.js";
import type { ComparedLayer } from "./compare-layers.js";
import { provenanceOf, type Provenance } from "../request/provenance.js";
import { unanswered } from "../request/absent-facts.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

/** A subspace similarity with what its grids are made of. */
export interface SubspaceRow extends SubspaceSimilarity {
  readonly facts: SubspaceFacts | null;
  readonly shape: SubspaceShape;
  readonly undefinedDetail: string | null;
  readonly pendingJob: string | null;
  readonly computed: Provenance | null;
}

/** Compares the subspaces of a layer's two updates. */
export async function subspacesOf(
  weights: WeightFactsLoader,
  { layer, left, right, similarity, waitMilliseconds }: ComparedLayer,
  directions: Directions,
): Promise<SubspaceRow> {
  const { inFeatures, outFeatures } = layer;
  const shape = { inFeatures, outFeatures, transposed: left?.transposed ?? false };
  const nothing = { facts: null, shape, undefinedDetail: null, pendingJob: null, computed: null };
  if (left === undefined || right === undefined) return { ...undefinedSubspaces("WEIGHTS_MISSING"), ...nothing };
  if (similarity.undefinedReason === "SHAPES_DIFFER") return { ...undefinedSubspaces("SHAPES_DIFFER"), ...nothing };
  const [result] = await weights.load(
    "SUBSPACE",
    [{ left: { factors: left }, right: { factors: right }, scalingRatio: 1 }],
    waitMilliseconds,
  );
  if (result === undefined) throw new Error("a pair of subspaces was asked about and not answered");
  if (!("facts" in result)) {
    const { undefinedReason, detail, pendingJob } = unanswered(result);
    return { ...undefinedSubspaces(undefinedReason), ...nothing, undefinedDetail: detail, pendingJob };
  }
  const found = subspaceSimilarity(result.facts, shape, directions);
  // Why there are no directions, the comparison may know better: of two zero updates neither has any.
  const known = similarity.undefinedReason;
  const isKnown = found.undefinedReason !== null && (known === "ZERO_UPDATE" || known === "NOT_FINITE");
  const undefinedReason = isKnown ? known : found.undefinedReason;
  const { facts } = result;
  return { ...found, ...nothing, undefinedReason, facts, computed: provenanceOf([result]) };
}
