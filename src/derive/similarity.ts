/** Facts about two updates of one layer, scalings left out (see store: comparison). */
export interface UpdateFacts {
  readonly innerProduct: number | null;
  readonly baselineSquaredNorm: number | null;
  readonly candidateSquaredNorm: number | null;
  readonly squaredDistance: number | null;
  readonly initialCosine: number | null;
}

export interface LayerSimilarity {
  /** <dW1, dW2> / (|dW1| |dW2|) */
  readonly cosineSimilarity: number | null;
  /** |dW1 - dW2|, Frobenius */
  readonly l2Distance: number | null;
  /** |dW1 - dW2| / |dW1|, with 1 the baseline */
  readonly relativeDifference: number | null;
  readonly baselineNorm: number | null;
  readonly candidateNorm: number | null;
  /** cos(A1, A2): near 1 when both runs started from the same random A. */
  readonly initialCosine: number | null;
  /** Why a value is null. */
  readonly undefinedReason: UndefinedReason | null;
}

export type UndefinedReason = "WEIGHTS_MISSING" | "SHAPES_DIFFER" | "NOT_FINITE" | "ZERO_UPDATE" | "UNREADABLE";

/** A similarity of which nothing is defined. */
export function undefinedSimilarity(undefinedReason: UndefinedReason): LayerSimilarity {
  return {
    cosineSimilarity: null,
    l2Distance: null,
    relativeDifference: null,
    baselineNorm: null,
    candidateNorm: null,
    initialCosine: null,
    undefinedReason,
  };
}

/**
 * The similarity of two updates dW_i = s_i B_i A_i from the facts about B_i A_i.
 *
 * With equal scalings the stored distance, which does not cancel, is scaled; with different ones the updates differ by
 * their scale already, and the plain form |1|^2 + |2|^2 - 2<1,2> loses nothing.
 */
export function layerSimilarity(
  facts: UpdateFacts,
  baselineScaling: number,
  candidateScaling: number,
): LayerSimilarity {
  const { innerProduct, baselineSquaredNorm, candidateSquaredNorm, squaredDistance, initialCosine } = facts;
  if (
    innerProduct === null ||
    baselineSquaredNorm === null ||
    candidateSquaredNorm === null ||
    squaredDistance === null
  ) {
    return undefinedSimilarity("NOT_FINITE");
  }
  const baselineNorm = Math.abs(baselineScaling) * Math.sqrt(baselineSquaredNorm);
  const candidateNorm = Math.abs(candidateScaling) * Math.sqrt(candidateSquaredNorm);
  const l2Distance =
    baselineScaling === candidateScaling
      ? Math.abs(baselineScaling) * Math.sqrt(squaredDistance)
      : Math.sqrt(
          Math.max(0, baselineNorm ** 2 + candidateNorm ** 2 - 2 * baselineScaling * candidateScaling * innerProduct),
        );
  const isZero = baselineNorm === 0 || candidateNorm === 0;
  return {
    cosineSimilarity: isZero ? null : cosine(innerProduct, baselineSquaredNorm, candidateSquaredNorm, squaredDistance),
    l2Distance,
    relativeDifference: baselineNorm === 0 ? null : l2Distance / baselineNorm,
    baselineNorm,
    candidateNorm,
    initialCosine,
    undefinedReason: isZero ? "ZERO_UPDATE" : null,
  };
}

/** Rounding may carry the quotient just past 1; equal updates give exactly 1. */
function cosine(product: number, squaredNorm1: number, squaredNorm2: number, squaredDistance: number): number {
  if (squaredDistance === 0) return 1;
  return Math.min(1, Math.max(-1, product / (Math.sqrt(squaredNorm1) * Math.sqrt(squaredNorm2))));
}

/** Mean, least and greatest of the defined values; undefined when there are none. */
export function spread(
  values: readonly (number | null)[],
): { mean: number; min: number; max: number; n: number } | undefined {
  const defined = values.filter((value) => value !== null);
  if (defined.length === 0) return undefined;
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return { mean, min: Math.min(...defined), max: Math.max(...defined), n: defined.length };
}
