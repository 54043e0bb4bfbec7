import {
  layerSimilarity,
  undefinedSimilarity,
  type LayerSimilarity,
} from "../../derive/similarity/layer-similarity.js";
import type { PairFacts } from "../../model/computed-facts.js";
import type { Scaling } from "../../model/enums/similarity.js";
import { scalingRatio, type RowRange, type StoredFactors, type UpdatePair } from "../../model/weight-updates.js";
import type { FactResult } from "../../model/weight-facts.js";
import { takeTurn } from "../../store/in-turns.js";
import { absentFacts } from "../request/absent-facts.js";
import { provenanceOf, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

/** The factors of one layer in two checkpoints; undefined where a checkpoint has none. */
export interface LayerFactorPair {
  readonly baseline: StoredFactors | undefined;
  readonly candidate: StoredFactors | undefined;
  /** The rows of B to compare; undefined for all. */
  readonly rows?: RowRange | undefined;
}

export interface ComparisonOptions {
  readonly scaling: Scaling;
  readonly waitMilliseconds: number;
}

/** The comparison of two updates. */
export interface ComparedUpdates {
  readonly similarity: LayerSimilarity;
  /** The error's message, where one occurred. */
  readonly detail: string | null;
  readonly computed: Provenance | null;
}

/** Number of items of simple work (see takeTurn) that the comparison of one layer is. */
export const LAYER_ITEMS = 2;

/** Compares pairs of updates in one batch. Returns the comparisons in their order. */
export async function compareUpdates(
  weights: WeightFactsLoader,
  pairs: readonly LayerFactorPair[],
  { scaling, waitMilliseconds }: ComparisonOptions,
): Promise<ComparedUpdates[]> {
  const updates = pairs.map((pair) => comparableUpdates(pair, scaling));
  const comparable = updates.filter((one) => typeof one !== "string");
  const results = (await weights.load("COMPARISON", comparable, waitMilliseconds)).values();
  // Everything that waited for the same facts continues at once.
  await takeTurn(LAYER_ITEMS * updates.length);
  return updates.map((pair): ComparedUpdates => {
    if (typeof pair === "string") return { similarity: undefinedSimilarity(pair), detail: null, computed: null };
    const next = results.next();
    if (next.done === true) throw new Error("The loader returned fewer comparisons than requested.");
    return comparedUpdates(pair, next.value, scaling);
  });
}

/** Returns the updates of a pair, or why they cannot be compared. */
function comparableUpdates(
  { baseline, candidate, rows }: LayerFactorPair,
  scaling: Scaling,
): UpdatePair | "WEIGHTS_MISSING" | "SHAPES_DIFFER" {
  if (baseline === undefined || candidate === undefined) return "WEIGHTS_MISSING";
  const haveOneShape = baseline.a.shape[1] === candidate.a.shape[1] && baseline.b.shape[0] === candidate.b.shape[0];
  if (!haveOneShape) return "SHAPES_DIFFER";
  return {
    left: { factors: baseline, rows },
    right: { factors: candidate, rows },
    scalingRatio: scaling === "NONE" ? 1 : scalingRatio(baseline.scaling, candidate.scaling),
  };
}

function comparedUpdates(
  { left, right }: UpdatePair,
  result: FactResult<PairFacts>,
  scaling: Scaling,
): ComparedUpdates {
  if (!("facts" in result)) {
    const { undefinedReason, detail, pendingJob } = absentFacts(result);
    return { similarity: undefinedSimilarity(undefinedReason, pendingJob), detail, computed: null };
  }
  const { innerProduct, leftSquaredNorm, rightSquaredNorm, squaredDistance, initialCosine } = result.facts;
  const similarity = layerSimilarity(
    {
      innerProduct,
      baselineSquaredNorm: leftSquaredNorm,
      candidateSquaredNorm: rightSquaredNorm,
      squaredDistance,
      initialCosine,
    },
    scaling === "NONE" ? 1 : left.factors.scaling,
    scaling === "NONE" ? 1 : right.factors.scaling,
  );
  return { similarity, detail: null, computed: provenanceOf(result) };
}
