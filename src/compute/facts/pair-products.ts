import type { Factors, Pair } from "../engine-types.js";
import type { InnerProducts } from "./inner-products.js";

/** The inner products of one pair. */
export interface PairProducts {
  /** <B1 A1, B2 A2> */
  readonly product: number;
  /** |B1 A1|^2 and |B2 A2|^2 */
  readonly left: number;
  readonly right: number;
  /** Sums of the squared norms of the rank-one terms, to which rounding errors are proportional. */
  readonly leftTerms: number;
  readonly rightTerms: number;
  /** <A1, A2>, |A1|^2 and |A2|^2 */
  readonly initialProduct: number;
  readonly initialLeft: number;
  readonly initialRight: number;
}

/** A pair with the factors of its members. */
export interface FactorPair extends Pair {
  readonly leftFactors: Factors;
  readonly rightFactors: Factors;
}

/** Rounding error of a sum of products, in units of the last place; measured against float64 and longdouble. */
const ERROR_UNITS = 16;
const FLOAT32_EPSILON = 2 ** -24;
/** The accuracy of float32 results: cosine within 1e-5, norms and distances within 1e-4, which is 2e-4 of their squares. */
const MAX_COSINE_ERROR = 1e-5;
const MAX_SQUARE_ERROR = 2e-4;
/** Below this, squares lose digits to underflow in float32; the products of four weights have lost them long before. */
const MIN_FLOAT32_SQUARE = 1e-25;
/** Products of two float64 weights below this have squares that underflow to 0. */
const MIN_FLOAT64_PRODUCT = 1e-150;

/** Reads the products of one pair from the matrices of its layer. */
export function pairProducts(
  { size, updates, initials, terms }: InnerProducts,
  left: number,
  right: number,
): PairProducts {
  const at = (values: InnerProducts["updates"], i: number, j: number) => values[i * size + j] ?? NaN;
  return {
    product: at(updates, left, right),
    left: at(updates, left, left),
    right: at(updates, right, right),
    leftTerms: at(terms, left, left),
    rightTerms: at(terms, right, right),
    initialProduct: at(initials, left, right),
    initialLeft: at(initials, left, left),
    initialRight: at(initials, right, right),
  };
}

/** Returns |B1 A1 - s B2 A2|^2 as a difference of squares, which loses its digits where the updates are close. */
export function plainDistance({ product, left, right }: PairProducts, scalingRatio: number): number {
  return left + scalingRatio * scalingRatio * right - 2 * scalingRatio * product;
}

/** Returns the size of the squares in the plain distance, to which its rounding error is proportional. */
export function distanceScale({ left, right, leftTerms, rightTerms }: PairProducts, scalingRatio: number): number {
  return Math.max(left, leftTerms) + scalingRatio ** 2 * Math.max(right, rightTerms);
}

/** Returns whether float32 products of a pair give an accurate cosine, norms and distance. */
export function isFloat32Accurate(products: PairProducts, scalingRatio: number): boolean {
  const unit = ERROR_UNITS * FLOAT32_EPSILON;
  const { left, right, leftTerms, rightTerms, initialLeft, initialRight } = products;
  if (!Object.values(products).every(Number.isFinite)) return false;
  if (Math.min(left, right, initialLeft, initialRight) < MIN_FLOAT32_SQUARE) return false;
  const cosineError = unit * Math.sqrt((leftTerms / left) * (rightTerms / right));
  const normError = unit * Math.max(leftTerms / left, rightTerms / right);
  const distance = plainDistance(products, scalingRatio);
  const distanceError = (unit * distanceScale(products, scalingRatio)) / distance;
  return cosineError <= MAX_COSINE_ERROR && Math.max(normError, distanceError) <= MAX_SQUARE_ERROR && distance > 0;
}

/** Returns whether float64 products of a pair are defined: false where a weight is not finite, or float64 cannot hold its squares. */
export function isDefined(products: PairProducts, { leftFactors, rightFactors }: FactorPair): boolean {
  if (!Object.values(products).every(Number.isFinite)) return false;
  return !(products.left === 0 && underflows(leftFactors)) && !(products.right === 0 && underflows(rightFactors));
}

/** Returns whether the squared norm of a nonzero update can be 0: only float64 weights below 1e-80 or so are that small. */
function underflows({ a, b }: Factors): boolean {
  const product = maximumMagnitude(a) * maximumMagnitude(b);
  return product > 0 ? product < MIN_FLOAT64_PRODUCT : maximumMagnitude(a) > 0 && maximumMagnitude(b) > 0;
}

function maximumMagnitude(values: Factors["a"]): number {
  let maximum = 0;
  for (let i = 0; i < values.length; i++) maximum = Math.max(maximum, Math.abs(values[i] as number));
  return maximum;
}

/** Returns whether all weights of an update are finite. GPUs without NaN and infinity do not show it in their results. */
export function isFiniteUpdate({ a, b }: Factors): boolean {
  return isFiniteSum(a) && isFiniteSum(b);
}

/**
 * Returns whether all values are finite: a float64 sum of finite float32 values is finite; one with NaN or infinity is not.
 * Four sums in parallel are twice as fast as one.
 */
function isFiniteSum(values: Factors["a"]): boolean {
  let [one, two, three, four] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    one += Math.abs(values[i] as number);
    two += Math.abs(values[i + 1] as number);
    three += Math.abs(values[i + 2] as number);
    four += Math.abs(values[i + 3] as number);
  }
  for (; i < values.length; i++) one += Math.abs(values[i] as number);
  return Number.isFinite(one + two + three + four);
}
