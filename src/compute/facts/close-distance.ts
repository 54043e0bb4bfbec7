import type { Factors, Values } from "../engine-types.js";
import { differenceGraph } from "../onnx/graphs.js";
import type { Sessions } from "../onnx/sessions.js";
import { floatTensor, integerTensor } from "../onnx/stack-factors.js";
import { innerProducts } from "./inner-products.js";
import { distanceScale, pairProducts, plainDistance, type FactorPair } from "./pair-products.js";

/** A distance by a difference of squares is exact to 1e-10 where it is at least this share of the squares. */
export const MIN_PLAIN_SHARE = 1e-4;
/** Elements of dW formed at once: 4 Mi float64 elements are 32 MB, for each of two updates and their difference. */
const MAX_BLOCK_ELEMENTS = 4 * 2 ** 20;

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

/**
 * Computes |B1 A1 - s B2 A2|^2 with the difference formed, in blocks of rows, in float64. The error is that of forming dW,
 * about eps |dW|, so that a distance of 1e-6 |dW| keeps ten digits. The cost is out x in x (r1 + r2), so it is for the few
 * pairs that need it.
 */
async function squaredDifference(cpu: Sessions, left: Factors, right: Factors, s: number): Promise<number> {
  const { inFeatures, outFeatures } = left;
  const rows = Math.max(1, Math.floor(MAX_BLOCK_ELEMENTS / inFeatures));
  const a1 = floatTensor(toFloat64(left.a), [left.rank, inFeatures]);
  const a2 = floatTensor(toFloat64(right.a), [right.rank, inFeatures]);
  let sum = 0;
  for (let from = 0; from < outFeatures; from += rows) {
    const to = Math.min(outFeatures, from + rows);
    const b1 = toFloat64(left.b.subarray(from * left.rank, to * left.rank));
    const b2 = toFloat64(right.b.subarray(from * right.rank, to * right.rank)).map((value) => s * value);
    const { squaredDistance } = await cpu.run(differenceGraph, "float64", {
      b1: floatTensor(b1, [to - from, left.rank]),
      a1,
      b2: floatTensor(b2, [to - from, right.rank]),
      a2,
      all: integerTensor([0, 1]),
    });
    sum += squaredDistance?.[0] ?? NaN;
  }
  return sum;
}

function toFloat64(values: Values): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
