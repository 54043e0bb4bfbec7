import type { PairFacts } from "./computed-facts.js";

/** The facts of a pair that depend on which update is left and which is right. */
type OrderedFacts = Pick<PairFacts, "leftSquaredNorm" | "rightSquaredNorm" | "squaredDistance">;

/**
 * Returns the facts of the pair (right, left) from those of (left, right). Each pair is stored once, in the order of its
 * keys.
 *
 * @param scalingRatio the ratio s for which `facts` were computed; the returned distance is for 1 / s, since
 * |dW2 - dW1 / s|^2 = |dW1 - s dW2|^2 / s^2
 */
export function reversePairFacts<Facts extends OrderedFacts>(facts: Facts, scalingRatio: number): Facts {
  const { leftSquaredNorm, rightSquaredNorm, squaredDistance } = facts;
  return {
    ...facts,
    leftSquaredNorm: rightSquaredNorm,
    rightSquaredNorm: leftSquaredNorm,
    squaredDistance: squaredDistance === null ? null : squaredDistance / scalingRatio ** 2,
  };
}
