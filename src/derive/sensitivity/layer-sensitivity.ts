import { OUTLIER_Z, robustZ } from "../statistics/robust-z.js";
import type { LayerSimilarity } from "../similarity/layer-similarity.js";

/** How much a layer's update changes under quantization: 0 is not at all, 1 is orthogonal. */
export interface LayerSensitivity {
  /** 1 - cosine similarity of the baseline's and the candidate's updates; null where that is undefined. */
  readonly score: number | null;
  /**
   * 1 is the most sensitive; null where the score is, and everywhere while a layer is pending: it could come before any.
   * Equal scores share a position.
   */
  readonly position: number | null;
  /** Modified z-score among the layers (robust-z.ts); null where the position is, or it is not defined. */
  readonly robustZ: number | null;
  /** Whether it stands out, more or less sensitive: |robust z| above 3.5; null where that is. */
  readonly standsOut: boolean | null;
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
  const zByScore = new Map<number | null | undefined, number | null>(robustZ(scores).map((z, i) => [scores[i], z]));
  return scored
    .map((entry) => {
      const isKnown = entry.score !== null && !isPending;
      const z = isKnown ? (zByScore.get(entry.score) ?? null) : null;
      return {
        ...entry,
        position: isKnown ? 1 + scores.filter((other) => other > (entry.score ?? 0)).length : null,
        robustZ: z,
        standsOut: z === null ? null : Math.abs(z) > OUTLIER_Z,
      };
    })
    .sort((left, right) => (right.score ?? -Infinity) - (left.score ?? -Infinity) || 0);
}
