/** A layer's stack of members, whose ranks are padded to the largest. */
interface StackSize {
  readonly ranks: readonly number[];
  /** Columns of A. */
  readonly inFeatures: number;
  /** Rows of B. */
  readonly outFeatures: number;
}

/**
 * Returns the floating-point operations of the two Gram matrices of a stack: 2 (K r)² (in + out) for K members padded to
 * rank r. A multiplication and an addition count as two.
 */
export function stackFlops({ ranks, inFeatures, outFeatures }: StackSize): number {
  const rows = ranks.length * ranks.reduce((maximum, rank) => Math.max(maximum, rank), 0);
  return 2 * rows ** 2 * (inFeatures + outFeatures);
}
