import type { LayerSimilarity } from "./similarity.js";

/** How much a layer's update changes under quantization: 0 is not at all, 1 is orthogonal. */
export interface LayerSensitivity {
  /** 1 - cosine similarity of the baseline's and the candidate's updates; null where that is undefined. */
  readonly score: number | null;
  /**
   * 1 is the most sensitive; null where the score is, and everywhere while a layer is pending: it could come before any.
   * Equal scores share a position.
   */
  readonly position: number | null;
}

/** Orders layers by sensitivity, the most sensitive first; layers of undefined similarity come last, in their order. */
export function layerSensitivity<Entry extends { readonly similarity: LayerSimilarity }>(
  layers: readonly Entry[],
): (Entry & LayerSensitivity)[] {
  const scored = layers.map((entry) => {
    const { cosineSimilarity } = entry.similarity;
    return { ...entry, score: cosineSimilarity === null ? null : 1 - cosineSimilarity };
  });
  const scores = scored.map(({ score }) => score).filter((score) => score !== null);
  const isPending = layers.some(({ similarity }) => similarity.undefinedReason === "PENDING");
  return scored
    .map((entry) => ({
      ...entry,
      position:
        entry.score === null || isPending ? null : 1 + scores.filter((other) => other > (entry.score ?? 0)).length,
    }))
    .sort((left, right) => (right.score ?? -Infinity) - (left.score ?? -Infinity) || 0);
}
