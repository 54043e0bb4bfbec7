/**
 * The candidate's scaling over the baseline's: the distance |dW1 - dW2| is |s1| times |B1 A1 - ratio B2 A2|, which is what
 * is computed and kept. 1 where the baseline's scaling is 0: there is no ratio then, and layerSimilarity needs none.
 */
export function scalingRatio(baselineScaling: number, candidateScaling: number): number {
  return baselineScaling === 0 ? 1 : candidateScaling / baselineScaling;
}
