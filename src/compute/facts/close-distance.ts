import type { Factors } from "../engine-types.js";
import type { Sessions } from "../onnx/sessions.js";
import { innerProducts } from "./inner-products.js";
import { distanceScale, pairProducts, plainDistance, type FactorPair } from "./pair-products.js";
import { squaredDifference } from "./squared-difference.js";

/** A distance by a difference of squares is exact to 1e-10 where it is at least this share of the squares. */
export const MIN_PLAIN_SHARE = 1e-4;

/**
 * Computes |D|^2, D = B1 A1 - s B2 A2, of updates so close that a difference of their squares has lost its digits.
 *
 * With equal ranks D = (B1 - s B2) A1 + s B2 (A1 - A2): two low-rank updates that are small themselves, whose inner products
 * the same kernel computes. Where that cancels too (the same update in other factors), or the ranks differ, D is formed in
 * blocks.
 */
export async function closeDistance(cpu: Sessions, pair: FactorPair): Promise<number> {
  const { leftFactors, rightFactors, scalingRatio } = pair;
  if (leftFactors.rank === rightFactors.rank) {
    const [products] = await innerProducts(cpu, [differenceTerms(leftFactors, rightFactors, scalingRatio)]);
    if (products === undefined) throw new Error("The inner products of a difference are missing.");
    const terms = pairProducts(products, 0, 1);
    // A scaling ratio of -1 adds the two terms.
    const distance = plainDistance(terms, -1);
    const scale = distanceScale(terms, -1);
    if (scale === 0 || distance >= MIN_PLAIN_SHARE * scale) return distance;
  }
  return squaredDifference(cpu, leftFactors, rightFactors, scalingRatio);
}

/** Returns (B1 - s B2) A1 and s B2 (A1 - A2), which add up to B1 A1 - s B2 A2. */
function differenceTerms(left: Factors, right: Factors, s: number): [Factors, Factors] {
  return [
    { ...left, b: computed(left.b.length, (i) => (left.b[i] as number) - s * (right.b[i] as number)) },
    {
      ...right,
      a: computed(left.a.length, (i) => (left.a[i] as number) - (right.a[i] as number)),
      b: computed(right.b.length, (i) => s * (right.b[i] as number)),
    },
  ];
}

function computed(length: number, value: (i: number) => number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = value(i);
  return values;
}
