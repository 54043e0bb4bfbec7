import type { UndefinedReason } from "../undefined-reason.js";

/** Facts about two updates of one layer (see store: comparison); norms leave scalings out. */
export interface UpdateFacts {
  readonly innerProduct: number | null;
  readonly baselineSquaredNorm: number | null;
  readonly candidateSquaredNorm: number | null;
  /** |B1 A1 - ratio B2 A2|^2, with the scalings' ratio (scaling-ratio.ts), by the form that does not cancel. */
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
  /** The id of the job that is to find the values, where the reason is PENDING. */
  readonly pendingJob: string | null;
}

/** A similarity of which nothing is defined. */
export function undefinedSimilarity(
  undefinedReason: UndefinedReason,
  pendingJob: string | null = null,
): LayerSimilarity {
  return {
    cosineSimilarity: null,
    l2Distance: null,
    relativeDifference: null,
    baselineNorm: null,
    candidateNorm: null,
    initialCosine: null,
    undefinedReason,
    pendingJob,
  };
}

/**
 * The similarity of two updates dW_i = s_i B_i A_i from the facts about B_i A_i. The distance was computed for the ratio of
 * these very scalings, by the form that does not cancel, and has only to be scaled.
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
  // There is no ratio of scalings where one is 0: the distance to a zero update is the other's norm.
  const l2Distance =
    baselineScaling === 0 || candidateScaling === 0
      ? Math.max(baselineNorm, candidateNorm)
      : Math.abs(baselineScaling) * Math.sqrt(squaredDistance);
  // Finite factors can still overflow when they are scaled.
  if (![baselineNorm, candidateNorm, l2Distance].every(Number.isFinite)) return undefinedSimilarity("NOT_FINITE");
  const isZero = baselineNorm === 0 || candidateNorm === 0;
  const sign = Math.sign(baselineScaling) * Math.sign(candidateScaling);
  const cosineSimilarity =
    l2Distance === 0 ? 1 : sign * cosine(innerProduct, baselineSquaredNorm, candidateSquaredNorm);
  return {
    cosineSimilarity: isZero ? null : cosineSimilarity,
    l2Distance,
    relativeDifference: baselineNorm === 0 ? null : l2Distance / baselineNorm,
    baselineNorm,
    candidateNorm,
    initialCosine,
    undefinedReason: isZero ? "ZERO_UPDATE" : null,
    pendingJob: null,
  };
}

/** Rounding may carry the quotient just past 1, and short of it where B1 A1 is B2 A2: that is exactly 1. */
function cosine(product: number, squaredNorm1: number, squaredNorm2: number): number {
  if (product === squaredNorm1 && product === squaredNorm2) return 1;
  return Math.min(1, Math.max(-1, product / (Math.sqrt(squaredNorm1) * Math.sqrt(squaredNorm2))));
}

/** Mean, least and greatest of the defined values; undefined when there are none. */
export function meanAndRange(
  values: readonly (number | null)[],
): { mean: number; min: number; max: number; n: number } | undefined {
  const defined = values.filter((value) => value !== null);
  if (defined.length === 0) return undefined;
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return { mean, min: Math.min(...defined), max: Math.max(...defined), n: defined.length };
}
