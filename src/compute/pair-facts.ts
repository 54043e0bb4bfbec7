import type { Factors, LayerTask, Pair } from "./engine-types.js";
import type { PairFacts, Execution } from "../model/computed-facts.js";
import { innerProducts, type InnerProducts } from "./inner-products.js";
import type { Sessions } from "./sessions.js";
import { squaredDifference } from "./squared-difference.js";

/** Rounding errors of sums of products, in units of the last place; measured against float64 and longdouble. */
const ERROR_UNITS = 16;
const EPSILON = { float32: 2 ** -24, float64: 2 ** -53 } as const;
/** What float32 may claim: cosine within 1e-5, norms and distances within 1e-4, which is 2e-4 of their squares. */
const MOST_COSINE_ERROR = 1e-5;
const MOST_SQUARE_ERROR = 2e-4;
/** Below this, squares of float32 lose digits to underflow; the products of four weights have lost them long before. */
const LEAST_FLOAT32 = 1e-25;
/** |D|^2 as a difference of squares is exact to 1e-10 where it is at least this share of them. */
const CLOSE = 1e-4;

/** A pair with the layer's factors. */
interface Compared extends Pair {
  readonly leftFactors: Factors;
  readonly rightFactors: Factors;
}

/**
 * Compares pairs of updates of layers of one shape with one number of members each.
 *
 * What float32 cannot hold (see `holds`) is computed again on the CPU in float64. There the distance |D|^2, D = dW1 - s dW2,
 * by |1|^2 + s^2 |2|^2 - 2 s <1,2> loses its digits when the updates are close. With equal ranks
 * D = (B1 - s B2) A1 + s B2 (A1 - A2): two low-rank updates that are small themselves, whose inner products come from the
 * same kernel. Where that cancels too (the same update in other factors) or the ranks differ, D is formed, block by block.
 */
export async function pairFacts(
  chosen: Sessions,
  cpu: Sessions,
  layers: readonly LayerTask[],
  fallback: string | null,
): Promise<PairFacts[][]> {
  const products = await innerProducts(
    chosen,
    layers.map(({ members }) => members),
  );
  // Thousands of pairs are read one by one; only the few that are computed again are waited for.
  return Promise.all(
    layers.map(async ({ members, pairs }, i) => {
      const gram = products[i];
      if (gram === undefined) throw new Error("a layer's products are missing");
      // Once a member, not once a pair: of 64 members there are 2016 pairs.
      const isFinite = chosen.precision === "float32" ? members.map(isFiniteUpdate) : [];
      const factsOf = (pair: Pair): PairFacts | Promise<PairFacts> => {
        const [leftFactors, rightFactors] = [members[pair.left], members[pair.right]];
        if (leftFactors === undefined || rightFactors === undefined)
          throw new Error("a pair names a member that is not there");
        const compared = { ...pair, leftFactors, rightFactors };
        const read = readPair(gram, pair);
        if (chosen.precision === "float64") return fromFloat64(chosen, compared, read, fallback);
        if (isFinite[pair.left] && isFinite[pair.right] && holds(read, compared)) {
          return withExecution(facts(read, compared, plainDistance(read, compared)), chosen, fallback);
        }
        return inFloat64(cpu, compared, fallback);
      };
      const found: PairFacts[] = [];
      for (const pair of pairs) {
        const one = factsOf(pair);
        found.push(one instanceof Promise ? await one : one);
      }
      return found;
    }),
  );
}

/** From products that are float64 already: at once, but where the distance needs more than them. */
function fromFloat64(
  cpu: Sessions,
  pair: Compared,
  read: Read,
  fallback: string | null,
): PairFacts | Promise<PairFacts> {
  if (!isDefined(read, pair)) return withExecution(NOTHING, cpu, fallback);
  const plain = plainDistance(read, pair);
  if (plain >= CLOSE * scale(read, pair)) return withExecution(facts(read, pair, plain), cpu, fallback);
  return closeDistance(cpu, pair).then((distance) => withExecution(facts(read, pair, distance), cpu, fallback));
}

async function inFloat64(cpu: Sessions, pair: Compared, fallback: string | null): Promise<PairFacts> {
  const [again] = await pairFacts(cpu, cpu, [alone(pair)], fallback);
  return again?.[0] ?? withExecution(NOTHING, cpu, fallback);
}

function withExecution(
  found: Omit<PairFacts, keyof Execution>,
  { provider, precision }: Sessions,
  fallback: string | null,
): PairFacts {
  return { ...found, provider, precision, fallback };
}

/** The pair as a layer by itself. */
function alone({ leftFactors, rightFactors, scalingRatio }: Compared): LayerTask {
  return { members: [leftFactors, rightFactors], pairs: [{ left: 0, right: 1, scalingRatio }] };
}

const NOTHING = {
  innerProduct: null,
  leftSquaredNorm: null,
  rightSquaredNorm: null,
  squaredDistance: null,
  initialCosine: null,
} as const;

/** What the kernel says about one pair. */
interface Read {
  readonly product: number;
  readonly left: number;
  readonly right: number;
  /** Sums of the squared norms of the rank-one terms: what rounding errors are proportional to. */
  readonly leftTerms: number;
  readonly rightTerms: number;
  readonly initialProduct: number;
  readonly initialLeft: number;
  readonly initialRight: number;
}

function readPair({ size, updates, initials, terms }: InnerProducts, { left, right }: Pair): Read {
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

/** Whether float32 has computed everything about the pair to the digits that it may claim. */
function holds(read: Read, pair: Compared): boolean {
  const unit = ERROR_UNITS * EPSILON.float32;
  const { left, right, leftTerms, rightTerms, initialLeft, initialRight } = read;
  if (!Object.values(read).every(Number.isFinite)) return false;
  if (Math.min(left, right, initialLeft, initialRight) < LEAST_FLOAT32) return false;
  const cosineError = unit * Math.sqrt((leftTerms / left) * (rightTerms / right));
  const normError = unit * Math.max(leftTerms / left, rightTerms / right);
  const distance = plainDistance(read, pair);
  const distanceError = (unit * scale(read, pair)) / distance;
  return cosineError <= MOST_COSINE_ERROR && Math.max(normError, distanceError) <= MOST_SQUARE_ERROR && distance > 0;
}

/** What the rounding error of the plain distance is proportional to. */
function scale({ left, right, leftTerms, rightTerms }: Read, { scalingRatio }: Pair): number {
  return Math.max(left, leftTerms) + scalingRatio ** 2 * Math.max(right, rightTerms);
}

/** False where a weight is not finite, or float64 cannot hold the squares of finite ones. */
function isDefined(read: Read, { leftFactors, rightFactors }: Compared): boolean {
  if (!Object.values(read).every(Number.isFinite)) return false;
  return !(read.left === 0 && underflows(leftFactors)) && !(read.right === 0 && underflows(rightFactors));
}

/** Whether an update that is not zero can have a squared norm that is: of float64 weights alone, below 1e-80 or so. */
function underflows({ a, b }: Factors): boolean {
  const product = largest(a) * largest(b);
  return product > 0 ? product < 1e-150 : largest(a) > 0 && largest(b) > 0;
}

function largest(values: Factors["a"]): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] as number));
  return most;
}

/** GPUs may be built without NaN and infinity: what they make of them is not looked at. */
function isFiniteUpdate({ a, b }: Factors): boolean {
  return isFiniteSum(a) && isFiniteSum(b);
}

/** A sum of finite float32 is finite in float64; NaN and infinities stay what they are. Four sums at once are twice as fast. */
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

function plainDistance({ product, left, right }: Read, { scalingRatio: s }: Pair): number {
  return left + s * s * right - 2 * s * product;
}

/** |D|^2 of updates so close that the difference of their squares has lost its digits. */
async function closeDistance(cpu: Sessions, pair: Compared): Promise<number> {
  const { leftFactors, rightFactors, scalingRatio } = pair;
  if (leftFactors.rank === rightFactors.rank) {
    const [gram] = await innerProducts(cpu, [difference(leftFactors, rightFactors, scalingRatio)]);
    if (gram === undefined) throw new Error("the products of a difference are missing");
    const parts = readPair(gram, { left: 0, right: 1, scalingRatio: -1 });
    const split = plainDistance(parts, { left: 0, right: 1, scalingRatio: -1 });
    const scaleOfParts = scale(parts, { left: 0, right: 1, scalingRatio: -1 });
    if (scaleOfParts === 0 || split >= CLOSE * scaleOfParts) return split;
  }
  return squaredDifference(cpu, leftFactors, rightFactors, scalingRatio);
}

/** (B1 - s B2) A1 and s B2 (A1 - A2), which add up to B1 A1 - s B2 A2. */
function difference(left: Factors, right: Factors, s: number): [Factors, Factors] {
  const double = (length: number, value: (i: number) => number) => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = value(i);
    return values;
  };
  return [
    { ...left, b: double(left.b.length, (i) => (left.b[i] as number) - s * (right.b[i] as number)) },
    {
      ...right,
      a: double(left.a.length, (i) => (left.a[i] as number) - (right.a[i] as number)),
      b: double(right.b.length, (i) => s * (right.b[i] as number)),
    },
  ];
}

function facts(read: Read, pair: Compared, squaredDistance: number): Omit<PairFacts, keyof Execution> {
  const { product, left, right, initialProduct, initialLeft, initialRight } = read;
  const initial = initialProduct / (Math.sqrt(initialLeft) * Math.sqrt(initialRight));
  const isComparable = pair.leftFactors.rank === pair.rightFactors.rank && Number.isFinite(initial);
  return {
    innerProduct: product,
    leftSquaredNorm: left,
    rightSquaredNorm: right,
    squaredDistance: Math.max(0, squaredDistance),
    initialCosine: isComparable ? Math.min(1, Math.max(-1, initial)) : null,
  };
}
