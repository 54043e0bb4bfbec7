import type { Factors, InnerProductKernel, InnerProducts } from "./inner-products.js";

/** What is computed about two updates of one layer, scalings left out; all null where a weight is not finite. */
export interface PairFacts {
  /** <B1 A1, B2 A2> */
  readonly innerProduct: number | null;
  /** |B1 A1|^2 */
  readonly leftSquaredNorm: number | null;
  /** |B2 A2|^2 */
  readonly rightSquaredNorm: number | null;
  /** |B1 A1 - B2 A2|^2 */
  readonly squaredDistance: number | null;
  /** cos(A1, A2): near 1 when both runs started from the same A; null where the ranks differ or a norm is 0. */
  readonly initialCosine: number | null;
}

/**
 * Compares pairs of updates, all of one layer shape, all left ones of one rank and all right ones of one rank.
 *
 * The distance |D|^2 by |1|^2 + |2|^2 - 2<1,2> loses all digits when the updates are close. With equal ranks,
 * D = (B1 - B2) A1 + B2 (A1 - A2): two low-rank updates that are themselves small, whose inner products come from the same
 * kernel call. Of the two forms the one with the smaller rounding bound is taken.
 */
export async function pairFacts(
  kernel: InnerProductKernel,
  pairs: readonly { readonly left: Factors; readonly right: Factors }[],
): Promise<PairFacts[]> {
  const finite = pairs.map(({ left, right }) => isFinitePair(left) && isFinitePair(right));
  const stacks = pairs
    .filter((_, i) => finite[i])
    .map(({ left, right }) => (left.rank === right.rank ? [left, right, ...difference(left, right)] : [left, right]));
  const grams = await kernel.run(stacks);
  let next = 0;
  return finite.map((isFinite) => facts(isFinite ? grams[next++] : undefined));
}

const NOT_FINITE: PairFacts = {
  innerProduct: null,
  leftSquaredNorm: null,
  rightSquaredNorm: null,
  squaredDistance: null,
  initialCosine: null,
};

function facts(gram: InnerProducts | undefined): PairFacts {
  if (gram === undefined) return NOT_FINITE;
  const update = (i: number, j: number) => gram.updates[i * gram.size + j] ?? 0;
  const initial = (i: number, j: number) => gram.initials[i * gram.size + j] ?? 0;
  const values = {
    innerProduct: update(0, 1),
    leftSquaredNorm: update(0, 0),
    rightSquaredNorm: update(1, 1),
    squaredDistance: squaredDistance(update, gram.size),
    initialCosine: gram.size === 4 ? cosine(initial(0, 1), initial(0, 0), initial(1, 1)) : null,
  };
  // Finite weights can still overflow float64 when squared.
  const { initialCosine, ...measured } = values;
  return Object.values(measured).every(Number.isFinite) ? { ...measured, initialCosine } : NOT_FINITE;
}

/** Members 0 and 1 are the updates; 2 and 3, where there are four, the two parts of their difference. */
function squaredDistance(update: (i: number, j: number) => number, size: number): number {
  const plain = { value: update(0, 0) + update(1, 1) - 2 * update(0, 1), bound: update(0, 0) + update(1, 1) };
  if (size < 4) return Math.max(0, plain.value);
  const split = { value: update(2, 2) + update(3, 3) + 2 * update(2, 3), bound: update(2, 2) + update(3, 3) };
  return Math.max(0, split.bound < plain.bound ? split.value : plain.value);
}

function cosine(product: number, squaredNorm1: number, squaredNorm2: number): number | null {
  const value = product / Math.sqrt(squaredNorm1 * squaredNorm2);
  return Number.isFinite(value) ? value : null;
}

/** (B1 - B2) A1 and B2 (A1 - A2), which add up to B1 A1 - B2 A2. */
function difference(left: Factors, right: Factors): [Factors, Factors] {
  return [
    { ...left, b: left.b.map((value, i) => value - (right.b[i] ?? 0)) },
    { ...right, a: left.a.map((value, i) => value - (right.a[i] ?? 0)) },
  ];
}

function isFinitePair({ a, b }: Factors): boolean {
  return a.every(Number.isFinite) && b.every(Number.isFinite);
}
