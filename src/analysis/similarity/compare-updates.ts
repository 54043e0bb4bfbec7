import { scalingRatio } from "../../model/scaling-ratio.js";
import {
  layerSimilarity,
  undefinedSimilarity,
  type LayerSimilarity,
} from "../../derive/similarity/layer-similarity.js";
import type { PairFacts } from "../../model/computed-facts.js";
import type { FactResult } from "../../model/weight-facts.js";
import type { UpdatePair, RowRange } from "../../model/weight-updates.js";
import type { StoredFactors } from "../../model/stored-factors.js";
import { provenanceOf, type Provenance } from "../request/provenance.js";
import type { Scaling } from "../../model/enums/similarity.js";
import { unanswered } from "../request/absent-facts.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

/** The updates of one layer on two sides, where there are weights of it; `rows` are those of B that count, or all. */
export interface LayerFactorPair {
  readonly left: StoredFactors | undefined;
  readonly right: StoredFactors | undefined;
  readonly rows?: RowRange | undefined;
}

/** How the updates are to be compared. */
export interface ComparisonAsked {
  readonly scaling: Scaling;
  readonly waitMilliseconds: number;
}

/** What is known of a pair. */
export interface ComparedUpdates {
  readonly similarity: LayerSimilarity;
  /** What went wrong, where the reason alone does not tell. */
  readonly detail: string | null;
  readonly computed: Provenance | null;
}

/** Compares pairs of updates, all in one question; entries are in their order. */
export async function compareUpdates(
  weights: WeightFactsLoader,
  pairs: readonly LayerFactorPair[],
  { scaling, waitMilliseconds }: ComparisonAsked,
): Promise<ComparedUpdates[]> {
  const asked = pairs.map((pair) => partsOf(pair, scaling));
  const results = await weights.load(
    "COMPARISON",
    asked.filter((parts) => typeof parts !== "string"),
    waitMilliseconds,
  );
  let next = 0;
  return asked.map((parts) => {
    if (typeof parts === "string") return { similarity: undefinedSimilarity(parts), detail: null, computed: null };
    return compared(parts, results[next++], scaling);
  });
}

/** What to ask about a pair, or why it cannot be compared. */
function partsOf(
  { left, right, rows }: LayerFactorPair,
  scaling: Scaling,
): UpdatePair | "WEIGHTS_MISSING" | "SHAPES_DIFFER" {
  if (left === undefined || right === undefined) return "WEIGHTS_MISSING";
  if (left.a.shape[1] !== right.a.shape[1] || left.b.shape[0] !== right.b.shape[0]) return "SHAPES_DIFFER";
  return {
    left: { factors: left, rows },
    right: { factors: right, rows },
    scalingRatio: scaling === "NONE" ? 1 : scalingRatio(left.scaling, right.scaling),
  };
}

function compared(
  { left, right }: UpdatePair,
  result: FactResult<PairFacts> | undefined,
  scaling: Scaling,
): ComparedUpdates {
  if (result === undefined) throw new Error("a pair of updates was asked about and not answered");
  if (!("facts" in result)) {
    const { undefinedReason, detail, pendingJob } = unanswered(result);
    return { similarity: undefinedSimilarity(undefinedReason, pendingJob), detail, computed: null };
  }
  const { leftSquaredNorm, rightSquaredNorm, ...facts } = result.facts;
  const updates = { ...facts, baselineSquaredNorm: leftSquaredNorm, candidateSquaredNorm: rightSquaredNorm };
  const [leftScaling, rightScaling] = scaling === "NONE" ? [1, 1] : [left.factors.scaling, right.factors.scaling];
  return {
    similarity: layerSimilarity(updates, leftScaling, rightScaling),
    detail: null,
    computed: provenanceOf([result]),
  };
}
