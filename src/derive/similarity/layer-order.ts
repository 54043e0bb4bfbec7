import type { LayerSimilarity } from "./layer-similarity.js";

export type LayerOrder = "COSINE_ASC" | "COSINE_DESC" | "L2_DESC" | "RELATIVE_DIFFERENCE_DESC" | "MODEL_ORDER";

/** The layers, given in model order, in `order`; those without the value come last, and ties stay in model order. */
export function orderLayers<Entry extends { readonly similarity: LayerSimilarity }>(
  layers: readonly Entry[],
  order: LayerOrder,
): Entry[] {
  if (order === "MODEL_ORDER") return [...layers];
  const key = KEYS[order];
  return [...layers].sort((left, right) => compare(key(left.similarity), key(right.similarity)));
}

/** What ascends. */
const KEYS: Readonly<Record<Exclude<LayerOrder, "MODEL_ORDER">, (similarity: LayerSimilarity) => number | null>> = {
  COSINE_ASC: ({ cosineSimilarity }) => cosineSimilarity,
  COSINE_DESC: ({ cosineSimilarity }) => negated(cosineSimilarity),
  L2_DESC: ({ l2Distance }) => negated(l2Distance),
  RELATIVE_DIFFERENCE_DESC: ({ relativeDifference }) => negated(relativeDifference),
};

const negated = (value: number | null) => (value === null ? null : -value);

function compare(left: number | null, right: number | null): number {
  if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
  return left - right;
}
