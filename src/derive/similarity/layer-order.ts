import type { LayerOrder } from "../../model/enums/similarity.js";
import type { LayerSimilarity } from "./layer-similarity.js";

/**
 * Returns the layers in `order`. Layers without the value come last; ties stay in model order.
 *
 * @param layers in model order
 */
export function orderLayers<Entry extends { readonly similarity: LayerSimilarity }>(
  layers: readonly Entry[],
  order: LayerOrder,
): Entry[] {
  if (order === "MODEL_ORDER") return [...layers];
  const keyOf = SORT_KEYS[order];
  return [...layers].sort((left, right) => compareKeys(keyOf(left.similarity), keyOf(right.similarity)));
}

/** The ascending sort key of each order. */
const SORT_KEYS: Readonly<Record<Exclude<LayerOrder, "MODEL_ORDER">, (similarity: LayerSimilarity) => number | null>> =
  {
    COSINE_ASC: ({ cosineSimilarity }) => cosineSimilarity,
    COSINE_DESC: ({ cosineSimilarity }) => negated(cosineSimilarity),
    L2_DESC: ({ l2Distance }) => negated(l2Distance),
    RELATIVE_DIFFERENCE_DESC: ({ relativeDifference }) => negated(relativeDifference),
  };

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

function compareKeys(left: number | null, right: number | null): number {
  if (left !== null && right !== null) return left - right;
  if (left === right) return 0;
  return left === null ? 1 : -1;
}
