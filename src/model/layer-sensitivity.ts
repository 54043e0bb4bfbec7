/** The effect of quantization on one linear layer, computed from weights alone. Norms are Frobenius norms. */
export interface LayerWeightGap {
  /** Path of the module. */
  readonly layer: string;
  /** |W|. */
  readonly weightNorm: number;
  /** |W - Q(W)|, with Q the quantization of the candidate's base. */
  readonly quantizationError: number;
  /** |dW| of the baseline and of the candidate; 0 without an update. */
  readonly baselineUpdateNorm: number;
  readonly candidateUpdateNorm: number;
  /** |(Q + dW_q) - (W + dW_l)|. */
  readonly gap: number;
  /** |W + dW_l|. */
  readonly adaptedNorm: number;
}

/** KL(p_ref || p_ref[l <- Q_l + dW_q]) of one layer l, by item. */
export interface LayerDivergence {
  /** Path of the module. */
  readonly layer: string;
  /** Sum over the scored tokens of each item, in nats. */
  readonly sums: Float64Array;
  /** Scored tokens of each item. */
  readonly tokens: Int32Array;
}
