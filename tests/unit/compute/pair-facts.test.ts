import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openInnerProducts, type Factors, type InnerProductKernel } from "#src/compute/inner-products.js";
import { pairFacts } from "#src/compute/pair-facts.js";

let kernel: InnerProductKernel;
beforeAll(async () => {
  kernel = await openInnerProducts();
});
afterAll(() => kernel.close());

/** The reference forms dW = B A, element by element, as the kernel never does. */
function dense({ rank, inFeatures, outFeatures, a, b }: Factors): number[] {
  return Array.from({ length: outFeatures * inFeatures }, (_, at) => {
    const [i, j] = [Math.floor(at / inFeatures), at % inFeatures];
    let sum = 0;
    for (let p = 0; p < rank; p++) sum += (b[i * rank + p] as number) * (a[p * inFeatures + j] as number);
    return sum;
  });
}

const dot = (left: ArrayLike<number>, right: ArrayLike<number>) =>
  Array.from(left).reduce((sum, value, i) => sum + value * (right[i] as number), 0);

function factors(rank: number, inFeatures: number, outFeatures: number, value: (i: number) => number): Factors {
  return {
    rank,
    inFeatures,
    outFeatures,
    a: Float64Array.from({ length: rank * inFeatures }, (_, i) => value(i)),
    b: Float64Array.from({ length: outFeatures * rank }, (_, i) => value(i + 7919)),
  };
}

/** A smooth, aperiodic stand-in for weights. */
const wave = (phase: number) => (i: number) => Math.sin(1.7 * i + phase) * Math.cos(0.3 * i * i);

async function compare(left: Factors, right: Factors) {
  const [facts] = await pairFacts(kernel, [{ left, right }]);
  if (facts === undefined) throw new Error("no facts");
  return facts;
}

const size = fc.integer({ min: 1, max: 6 });

test("all facts agree with the updates formed element by element", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      size,
      size,
      // Not 0, where the first weight is 0, which would be all of a 1 x 1 factor.
      fc.double({ min: 0.1, max: 6, noNaN: true }),
      async (r1, r2, n, m, phase) => {
        const [left, right] = [factors(r1, n, m, wave(0.1)), factors(r2, n, m, wave(phase))];
        const [w1, w2] = [dense(left), dense(right)];
        const facts = await compare(left, right);
        const scale = dot(w1, w1) + dot(w2, w2);
        const difference = w1.map((value, i) => value - (w2[i] as number));
        expect(Math.abs((facts.innerProduct as number) - dot(w1, w2))).toBeLessThan(1e-12 * scale);
        expect(Math.abs((facts.leftSquaredNorm as number) - dot(w1, w1))).toBeLessThan(1e-12 * scale);
        expect(Math.abs((facts.rightSquaredNorm as number) - dot(w2, w2))).toBeLessThan(1e-12 * scale);
        expect(Math.abs((facts.squaredDistance as number) - dot(difference, difference))).toBeLessThan(1e-12 * scale);
        const expectedStart = dot(left.a, right.a) / Math.sqrt(dot(left.a, left.a) * dot(right.a, right.a));
        if (r1 === r2) expect(facts.initialCosine).toBeCloseTo(expectedStart, 12);
        else expect(facts.initialCosine).toBeNull();
      },
    ),
    { numRuns: 60 },
  );
});

test("several layers at once give what each gives alone", async () => {
  const pairs = [0.1, 0.2, 0.3].map((phase) => ({
    left: factors(3, 8, 5, wave(phase)),
    right: factors(3, 8, 5, wave(2 * phase)),
  }));
  const together = await pairFacts(kernel, pairs);
  const alone = await Promise.all(pairs.map(({ left, right }) => compare(left, right)));
  expect(together).toEqual(alone);
});

describe("close and equal updates", () => {
  test("equal factors are at distance exactly 0", async () => {
    const same = factors(4, 16, 12, wave(0));
    expect((await compare(same, { ...same })).squaredDistance).toBe(0);
  });

  test("the distance of close updates does not cancel", async () => {
    const left = factors(2, 64, 48, wave(0));
    const right = { ...left, b: left.b.map((value, i) => value + 1e-9 * Math.cos(i)) };
    const difference: Factors = { ...left, b: left.b.map((value, i) => value - (right.b[i] as number)) };
    const expected = dot(dense(difference), dense(difference));
    const { squaredDistance, leftSquaredNorm, rightSquaredNorm, innerProduct } = await compare(left, right);
    expect(Math.abs((squaredDistance as number) / expected - 1)).toBeLessThan(1e-10);
    // The plain form has no right digit left here: that is why the other exists.
    const plain = (leftSquaredNorm as number) + (rightSquaredNorm as number) - 2 * (innerProduct as number);
    expect(Math.abs(plain / expected - 1)).toBeGreaterThan(0.1);
  });
});

describe("weights out of the ordinary", () => {
  const fine = factors(2, 4, 3, wave(1));

  test.each([NaN, Infinity, -Infinity])(
    "a weight of %s leaves that pair without facts, and the others as they are",
    async (bad) => {
      const broken = { ...fine, b: fine.b.map((value, i) => (i === 2 ? bad : value)) };
      const [first, second] = await pairFacts(kernel, [
        { left: fine, right: broken },
        { left: fine, right: fine },
      ]);
      expect(first).toEqual({
        innerProduct: null,
        leftSquaredNorm: null,
        rightSquaredNorm: null,
        squaredDistance: null,
        initialCosine: null,
      });
      expect(second).toEqual(await compare(fine, fine));
    },
  );

  test("an untrained adapter has B = 0: norm 0, and cos(A) all the same", async () => {
    const untrained = { ...fine, b: fine.b.map(() => 0) };
    const facts = await compare(untrained, fine);
    expect([facts.innerProduct, facts.leftSquaredNorm]).toEqual([0, 0]);
    expect(facts.initialCosine).toBeCloseTo(1, 12);
  });

  test("with A = 0 the starts have no cosine, and the updates are at their distance all the same", async () => {
    const zero = { ...fine, a: fine.a.map(() => 0) };
    const facts = await compare(zero, fine);
    expect(facts).toMatchObject({ innerProduct: 0, leftSquaredNorm: 0, initialCosine: null });
    expect(facts.squaredDistance).toBeCloseTo(dot(dense(fine), dense(fine)), 12);
  });

  test("squares that overflow are not finite", async () => {
    const huge = { ...fine, b: fine.b.map(() => 1e200) };
    expect((await compare(huge, huge)).leftSquaredNorm).toBeNull();
  });

  test("denormal weights are kept", async () => {
    const tiny = { ...fine, b: fine.b.map(() => 1e-160) };
    expect((await compare(tiny, tiny)).leftSquaredNorm).toBeGreaterThan(0);
  });
});
