import type { UndefinedReason } from "../../model/enums/similarity.js";

/** The computed facts of two updates B A of one layer. Norms and the inner product exclude the scalings. */
export interface UpdateFacts {
  /** <B1 A1, B2 A2> */
  readonly innerProduct: number | null;
  readonly baselineSquaredNorm: number | null;
  readonly candidateSquaredNorm: number | null;
  /** |B1 A1 - ratio B2 A2|^2 for the ratio of the scalings, computed without cancellation. */
  readonly squaredDistance: number | null;
  /** cos(A1, A2) */
  readonly initialCosine: number | null;
}

/** The similarity of the updates dW = s B A of baseline (1) and candidate (2) in one layer. */
export interface LayerSimilarity {
  /** <dW1, dW2> / (|dW1| |dW2|) */
  readonly cosineSimilarity: number | null;
  /** |dW1 - dW2|, Frobenius norm. */
  readonly l2Distance: number | null;
  /** |dW1 - dW2| / |dW1| */
  readonly relativeDifference: number | null;
  readonly baselineNorm: number | null;
  readonly candidateNorm: number | null;
  /** cos(A1, A2): near 1 if both runs started from the same random A. */
  readonly initialCosine: number | null;
  /** Why a value is null. */
  readonly undefinedReason: UndefinedReason | null;
  /** Id of the job that computes the values, if the reason is PENDING. */
  readonly pendingJob: string | null;
}

/** Returns a similarity without any defined value. */
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
 * Returns the similarity of dW1 = s1 B1 A1 and dW2 = s2 B2 A2. `facts.squaredDistance` must belong to the ratio of these
 * scalings (see `scalingRatio` in model/weight-updates.ts).
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
  // A zero update is as far from the other one as the other one is long.
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

/** Returns the cosine, bounded to [-1, 1] against rounding, and exactly 1 for equal updates. */
function cosine(innerProduct: number, squaredNorm1: number, squaredNorm2: number): number {
  if (innerProduct === squaredNorm1 && innerProduct === squaredNorm2) return 1;
  return Math.min(1, Math.max(-1, innerProduct / (Math.sqrt(squaredNorm1) * Math.sqrt(squaredNorm2))));
}
