/** How much a layer's update changes under quantization: 0 is not at all, 1 is orthogonal. */
export interface LayerSensitivity<Layer> {
  readonly layer: Layer;
  /** 1 - cosine similarity of the baseline's and the candidate's updates; null where that is undefined. */
  readonly score: number | null;
  /** 1 is the most sensitive; null where the score is. Equal scores share a position. */
  readonly position: number | null;
}

/** Orders layers by sensitivity, the most sensitive first; layers of undefined similarity come last, in their order. */
export function layerSensitivity<Layer>(
  layers: readonly { layer: Layer; cosineSimilarity: number | null }[],
): LayerSensitivity<Layer>[] {
  const scored = layers.map(({ layer, cosineSimilarity }) => ({
    layer,
    score: cosineSimilarity === null ? null : 1 - cosineSimilarity,
  }));
  const scores = scored.map(({ score }) => score).filter((score) => score !== null);
  return scored
    .map(({ layer, score }) => ({
      layer,
      score,
      position: score === null ? null : 1 + scores.filter((other) => other > score).length,
    }))
    .sort((left, right) => (left.position ?? Number.MAX_SAFE_INTEGER) - (right.position ?? Number.MAX_SAFE_INTEGER));
}
