/**
 * Returns the candidate's scaling over the baseline's. The distance |dW1 - dW2| is |s1| |B1 A1 - ratio B2 A2|, which is
 * what is computed and stored.
 *
 * Returns 1 where either scaling is 0: that update is zero, so its distance to the other is the other's norm, and no
 * comparison has to be computed for a ratio of 0 or infinity.
 */
export function scalingRatio(baselineScaling: number, candidateScaling: number): number {
  return baselineScaling === 0 || candidateScaling === 0 ? 1 : candidateScaling / baselineScaling;
}
