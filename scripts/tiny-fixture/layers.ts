/** An adapted weight matrix of the synthetic base model. */
export interface Layer {
  /** Module path, such as `transformer.h.2.mlp.c_fc`. */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Cosine between the ideal updates for a 16-bit and a 4-bit base model. A lower value means a more sensitive layer. */
  readonly targetCosine: number;
}

/** All layers in model order. The cosines are the ground truth of the study: all differ; blocks 2 and 5 have the lowest. */
export const LAYERS: readonly Layer[] = [
  attention(0, 0.976),
  feedForward(0, 0.983),
  attention(1, 0.949),
  feedForward(1, 0.969),
  attention(2, 0.884),
  feedForward(2, 0.912),
  attention(3, 0.938),
  feedForward(3, 0.959),
  attention(4, 0.925),
  feedForward(4, 0.99),
  attention(5, 0.868),
  feedForward(5, 0.899),
];

/** GPT-2's fused query, key and value projection. */
function attention(block: number, targetCosine: number): Layer {
  return { name: `transformer.h.${block}.attn.c_attn`, inFeatures: 64, outFeatures: 192, targetCosine };
}

function feedForward(block: number, targetCosine: number): Layer {
  return { name: `transformer.h.${block}.mlp.c_fc`, inFeatures: 64, outFeatures: 256, targetCosine };
}
