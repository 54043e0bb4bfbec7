import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Factors } from "#src/compute/engine-types.js";
import type { PairFacts, SpectrumFacts } from "#src/model/computed-facts.js";
import { openEngine } from "#src/compute/engine.js";
import { pairFacts } from "#src/compute/facts/pair-facts.js";
import { spectrumFacts } from "#src/compute/facts/spectrum-facts.js";
import { subspaceFacts } from "#src/compute/facts/subspace-facts.js";

interface Case {
  name: string;
  left: { a: number[][]; b: number[][] };
  right: { a: number[][]; b: number[][] };
  scalingRatio: number;
  innerProduct: number;
  leftSquaredNorm: number;
  rightSquaredNorm: number;
  distance: number;
  cosine: number | null;
  initialCosine: number | null;
  spectra: [number[], number[]];
  subspaces: {
    leftRank: number;
    rightRank: number;
    outOverlaps: number[];
    inOverlaps: number[];
    outCosines: number[];
    inCosines: number[];
  } | null;
}

const reference = JSON.parse(readFileSync(new URL("../../reference-figures/engine.json", import.meta.url), "utf8")) as {
  inFeatures: number;
  outFeatures: number;
  cases: Case[];
};

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ provider: "cpu", breakEvenFlops: {}, cpuThreads: 1 });
});
afterAll(() => engine.close());

const { inFeatures, outFeatures } = reference;
const factors = ({ a, b }: { a: number[][]; b: number[][] }): Factors => ({
  rank: a.length,
  inFeatures,
  outFeatures,
  a: Float64Array.from(a.flat()),
  b: Float64Array.from(b.flat()),
});

async function compare(left: Factors, right: Factors, scalingRatio = 1): Promise<PairFacts> {
  const [[facts] = []] = await engine.comparePairs(pairFacts, [
    { members: [left, right], pairs: [{ left: 0, right: 1, scalingRatio }] },
  ]);
  if (facts === undefined) throw new Error("no facts");
  return facts;
}

/** The spectra of all members of one layer. */
async function computeSpectra(members: readonly Factors[]): Promise<SpectrumFacts[]> {
  const pairs = members.map((_, i) => ({ left: i, right: i, scalingRatio: 1 }));
  return (await engine.describeUpdates(spectrumFacts, [{ members, pairs }])).flat();
}

const cosineOf = ({ innerProduct, leftSquaredNorm, rightSquaredNorm }: PairFacts) =>
  (innerProduct ?? NaN) / (Math.sqrt(leftSquaredNorm ?? NaN) * Math.sqrt(rightSquaredNorm ?? NaN));

/** |value / expected - 1| within `tolerance`, or both zero. */
function expectRelative(value: number | null, expected: number, tolerance: number): void {
  if (expected === 0) expect(value).toBe(0);
  else expect(Math.abs((value ?? NaN) / expected - 1)).toBeLessThan(tolerance);
}

describe.each(reference.cases)("$name, against 60 digits", (one) => {
  test("norms, cosine and distance", async () => {
    const facts = await compare(factors(one.left), factors(one.right), one.scalingRatio);
    expect(facts).toMatchObject({ provider: "cpu", precision: "float64", fallback: null });
    expectRelative(facts.leftSquaredNorm, one.leftSquaredNorm, 1e-12);
    expectRelative(facts.rightSquaredNorm, one.rightSquaredNorm, 1e-12);
    if (one.cosine !== null) expect(Math.abs(cosineOf(facts) - one.cosine)).toBeLessThan(1e-12);
    const distance = Math.sqrt(facts.squaredDistance ?? NaN);
    // Rounding the updates to float64 limits the precision of a distance for any method.
    const floor = 1e-15 * Math.sqrt(one.leftSquaredNorm);
    if (one.distance > 1e5 * floor) expectRelative(distance, one.distance, 1e-10);
    else expect(Math.abs(distance - one.distance)).toBeLessThan(floor);
    if (one.initialCosine === null) expect(facts.initialCosine).toBeNull();
    else expect(Math.abs((facts.initialCosine ?? NaN) - one.initialCosine)).toBeLessThan(1e-12);
  });

  test("singular values", async () => {
    const spectra = await computeSpectra([factors(one.left), factors(one.right)]);
    one.spectra.forEach((expected, side) => {
      const found = spectra[side]?.singularValues ?? [];
      expect(found).toHaveLength(expected.length);
      const greatest = expected[0] ?? 0;
      expected.forEach((value, i) => expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThanOrEqual(1e-13 * greatest));
    });
  });

  test("subspaces", async () => {
    const [[facts] = []] = await engine.comparePairs(subspaceFacts, [
      { members: [factors(one.left), factors(one.right)], pairs: [{ left: 0, right: 1, scalingRatio: 1 }] },
    ]);
    if (one.subspaces === null) {
      expect(facts).toMatchObject({ outOverlaps: [], inOverlaps: [], outCosines: [], inCosines: [] });
      return;
    }
    expect(facts).toMatchObject({ leftRank: one.subspaces.leftRank, rightRank: one.subspaces.rightRank });
    for (const measure of ["outOverlaps", "inOverlaps", "outCosines", "inCosines"] as const) {
      const found = facts?.[measure] ?? [];
      expect(found).toHaveLength(one.subspaces[measure].length);
      one.subspaces[measure].forEach((value, i) => expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(1e-10));
    }
  });
});

describe("undefined results", () => {
  const good = factors(reference.cases[0]?.left ?? { a: [], b: [] });
  const nothing = {
    innerProduct: null,
    leftSquaredNorm: null,
    rightSquaredNorm: null,
    squaredDistance: null,
    initialCosine: null,
  };
  const withWeight = (value: number): Factors => ({
    ...good,
    b: good.b.map((weight, i) => (i === 4 ? value : weight)),
  });

  test.each([NaN, Infinity, -Infinity])("a weight that is %s does not affect other members", async (value) => {
    const members = [good, withWeight(value), good];
    const pairs = [
      { left: 0, right: 1, scalingRatio: 1 },
      { left: 0, right: 2, scalingRatio: 1 },
    ];
    const [facts] = await engine.comparePairs(pairFacts, [{ members, pairs }]);
    expect(facts?.[0]).toMatchObject(nothing);
    expect(facts?.[1]).toMatchObject({ squaredDistance: 0 });
    const [spectrum] = await computeSpectra([withWeight(value)]);
    expect(spectrum).toMatchObject({ singularValues: [], squaredNorm: null });
  });

  test("squares that overflow or underflow float64 are null", async () => {
    const scaled = (by: number): Factors => ({ ...good, a: good.a.map((x) => x * by), b: good.b.map((x) => x * by) });
    expect(await compare(scaled(1e90), scaled(1e90))).toMatchObject(nothing);
    expect(await compare(scaled(1e-90), scaled(1e-90))).toMatchObject(nothing);
  });

  test("denormal float32 weights are compared like normal ones", async () => {
    const small = (by: number): Factors => ({
      ...good,
      a: Float32Array.from(good.a, (x) => x * by),
      b: Float32Array.from(good.b, (x) => x * by),
    });
    const facts = await compare(small(1e-41), small(1e-41));
    expect(facts.leftSquaredNorm).toBeGreaterThan(0);
    expect(facts.squaredDistance).toBe(0);
  });

  test("a zero update has norm 0, and A = 0 has no initial cosine", async () => {
    const zero = { ...good, a: good.a.map(() => 0), b: good.b.map(() => 0) };
    expect(await compare(good, zero)).toMatchObject({ rightSquaredNorm: 0, innerProduct: 0, initialCosine: null });
    expect((await computeSpectra([zero]))[0]).toMatchObject({ singularValues: [0, 0, 0], squaredNorm: 0 });
  });
});

describe("for arbitrary updates", () => {
  // Eighths avoid updates that are nearly zero, whose direction is undetermined.
  const weight = fc.integer({ min: -32, max: 32 }).map((eighths) => eighths / 8);
  const update = (rank: number): fc.Arbitrary<Factors> =>
    fc
      .tuple(
        fc.array(weight, { minLength: rank * 5, maxLength: rank * 5 }),
        fc.array(weight, { minLength: rank * 6, maxLength: rank * 6 }),
      )
      .map(([a, b]) => ({ rank, inFeatures: 5, outFeatures: 6, a: Float32Array.from(a), b: Float32Array.from(b) }));
  const any = fc.integer({ min: 1, max: 3 }).chain(update);

  /** Independent reference: forms the update explicitly. */
  function formed({ rank, inFeatures: columns, outFeatures: rows, a, b }: Factors): number[] {
    return Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      let sum = 0;
      for (let p = 0; p < rank; p++) sum += (b[row * rank + p] ?? 0) * (a[p * columns + column] ?? 0);
      return sum;
    });
  }
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);

  test("results of every pair in a stack equal those of the explicitly formed updates", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(any, { minLength: 2, maxLength: 4 }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        async (members, scalingRatio) => {
          const pairs = members.flatMap((_, left) => members.map((__, right) => ({ left, right, scalingRatio })));
          const [facts = []] = await engine.comparePairs(pairFacts, [{ members, pairs }]);
          pairs.forEach(({ left, right }, i) => {
            const [w1, w2] = [formed(members[left] as Factors), formed(members[right] as Factors)];
            const scale = Math.sqrt(dot(w1, w1) * dot(w2, w2)) + 1e-300;
            expect(Math.abs((facts[i]?.innerProduct ?? NaN) - dot(w1, w2))).toBeLessThanOrEqual(1e-12 * scale + 1e-14);
            const difference = w1.map((value, j) => value - scalingRatio * (w2[j] ?? 0));
            const distance = Math.sqrt(dot(difference, difference));
            const size = Math.sqrt(dot(w1, w1)) + scalingRatio * Math.sqrt(dot(w2, w2));
            expect(Math.abs(Math.sqrt(facts[i]?.squaredDistance ?? NaN) - distance)).toBeLessThanOrEqual(
              1e-10 * distance + 1e-13 * size,
            );
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("singular values do not depend on the factorization, and their squares sum to the squared norm", async () => {
    await fc.assert(
      fc.asyncProperty(update(2), async (one) => {
        const turned: Factors = {
          ...one,
          a: Float32Array.from(one.a, (value, i) => (i < 5 ? value * 2 : value * 8)),
          b: Float32Array.from(one.b, (value, i) => (i % 2 === 0 ? value / 2 : value / 8)),
        };
        const [straight, other] = await computeSpectra([one, turned]);
        const greatest = straight?.singularValues[0] ?? NaN;
        straight?.singularValues.forEach((value, i) =>
          expect(Math.abs(value - (other?.singularValues[i] ?? NaN))).toBeLessThanOrEqual(1e-12 * greatest + 1e-15),
        );
        const update = formed(one);
        expect(Math.abs((straight?.squaredNorm ?? NaN) - dot(update, update))).toBeLessThanOrEqual(
          1e-10 * dot(update, update) + 1e-14,
        );
      }),
      { numRuns: 60 },
    );
  });

  test("a subspace has angle 0 to itself, overlaps are between 0 and 1, and each row sums to at most 1", async () => {
    await fc.assert(
      fc.asyncProperty(any, any, async (one, other) => {
        const pairs = [
          { left: 0, right: 0, scalingRatio: 1 },
          { left: 0, right: 1, scalingRatio: 1 },
        ];
        const [[self, cross] = []] = await engine.comparePairs(subspaceFacts, [{ members: [one, other], pairs }]);
        self?.outCosines.forEach((value) => expect(value).toBeGreaterThan(1 - 1e-6));
        const { leftRank = 0, rightRank = 0, inOverlaps = [] } = cross ?? {};
        for (let i = 0; i < (rightRank === 0 ? 0 : leftRank); i++) {
          const row = inOverlaps.slice(i * rightRank, (i + 1) * rightRank);
          row.forEach((value) => expect(value >= 0 && value <= 1).toBe(true));
          expect(row.reduce((sum, value) => sum + value, 0)).toBeLessThan(1 + 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });
});
