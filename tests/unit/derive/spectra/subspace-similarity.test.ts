import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { subspaceGrids, subspaceSimilarity } from "#src/derive/spectra/subspace-similarity.js";
import { denseSubspaceFacts } from "../../../support/dense-facts.js";
import { subspaceCases } from "../../../support/subspace-cases.js";

describe.each(subspaceCases().map((found, i) => ({ i, ...found })))("case $i ($kind) of NumPy and SciPy", (found) => {
  const { inFeatures, outFeatures, subspaces } = found;
  const shape = { inFeatures, outFeatures, transposed: false };
  const facts = denseSubspaceFacts(found.baseline, found.candidate);

  test("phi is equal for every i and j, left and right", () => {
    const grids = subspaceGrids(facts, shape);
    subspaces.left.forEach((row, i) =>
      row.forEach((left, j) => {
        const right = subspaces.right[i]?.[j] ?? NaN;
        const taken = { baseline: i + 1, candidate: j + 1 };
        const actual = subspaceSimilarity(facts, shape, taken);
        expect(actual.left).toBeCloseTo(left, 10);
        expect(actual.right).toBeCloseTo(right, 10);
        expect(grids.left[i]?.[j]).toBeCloseTo(left, 10);
        expect(grids.right[i]?.[j]).toBeCloseTo(right, 10);
      }),
    );
  });

  test("principal angles are equal and ascending, except near 0 where cosines lose precision", () => {
    const actual = subspaceSimilarity(facts, shape);
    const compare = (angles: readonly number[], expected: readonly number[]) => {
      expect(angles).toHaveLength(expected.length);
      angles.forEach((angle, i) => expect(Math.abs(angle - (expected[i] ?? NaN))).toBeLessThan(1e-7));
    };
    compare(actual.leftPrincipalAngles, subspaces.leftAngles);
    compare(actual.rightPrincipalAngles, subspaces.rightAngles);
  });
});

const shape = { inFeatures: 6, outFeatures: 9, transposed: false };

/** Overlaps of u = e1, e2 with itself turned by 45 degrees in out, and with the same directions in in. */
const facts = {
  leftRank: 2,
  rightRank: 2,
  outOverlaps: [0.5, 0.5, 0.5, 0.5],
  inOverlaps: [1, 0, 0, 1],
  outCosines: [1, 1],
  inCosines: [1, 1],
};

test("phi uses the requested directions and returns their number", () => {
  expect(subspaceSimilarity(facts, shape)).toMatchObject({ left: 1, right: 1, baselineDirections: 2 });
  expect(subspaceSimilarity(facts, shape, { baseline: 1, candidate: 1 })).toMatchObject({ left: 0.5, right: 1 });
  expect(subspaceSimilarity(facts, shape, { baseline: 1, candidate: 99 })).toMatchObject({
    left: 1,
    baselineDirections: 1,
    candidateDirections: 2,
  });
});

test("the expectation for random subspaces is max(i, j) / n, left and right, and the larger of both", () => {
  expect(subspaceSimilarity(facts, shape, { baseline: 1 })).toMatchObject({
    expectedRandomLeft: 2 / 9,
    expectedRandomRight: 2 / 6,
    expectedRandom: 2 / 6,
  });
});

test("left and right refer to dW as the base model stores it", () => {
  const one = { baseline: 1, candidate: 1 };
  const straight = subspaceSimilarity(facts, shape, one);
  const turned = subspaceSimilarity(facts, { ...shape, transposed: true }, one);
  expect([turned.left, turned.right]).toEqual([straight.right, straight.left]);
  expect([turned.expectedRandomLeft, turned.expectedRandomRight]).toEqual([1 / 6, 1 / 9]);
});

test("zero updates and weights that are not finite have a reason and no values", () => {
  const empty = { outOverlaps: [], inOverlaps: [], outCosines: [], inCosines: [] };
  const zero = { ...empty, leftRank: 0, rightRank: 2 };
  expect(subspaceSimilarity(zero, shape)).toMatchObject({
    left: null,
    expectedRandom: null,
    undefinedReason: "ZERO_UPDATE",
  });
  expect(subspaceSimilarity({ ...zero, rightRank: 0 }, shape)).toMatchObject({
    right: null,
    undefinedReason: "NOT_FINITE",
  });
  expect(subspaceGrids(zero, shape)).toEqual({ left: [], right: [] });
});

// Whole numbers: an update either has a direction or has it not, and the tests' own decomposition is exact enough.
const entry = fc.integer({ min: -9, max: 9 });
const factors = (rank: number) =>
  fc.record({
    a: fc.array(fc.array(entry, { minLength: 6, maxLength: 6 }), { minLength: rank, maxLength: rank }),
    b: fc.array(fc.array(entry, { minLength: rank, maxLength: rank }), { minLength: 9, maxLength: 9 }),
  });

test("phi is from 0 to 1, symmetric, and 1 for an update with itself", () => {
  fc.assert(
    fc.property(factors(2), factors(3), (one, other) => {
      const straight = subspaceSimilarity(denseSubspaceFacts(one, other), shape);
      const back = subspaceSimilarity(denseSubspaceFacts(other, one), shape);
      fc.pre(straight.left !== null && back.left !== null);
      expect(straight.left).toBeGreaterThanOrEqual(0);
      expect(straight.left).toBeLessThanOrEqual(1);
      expect(back.left).toBeCloseTo(straight.left, 9);
      expect(back.right).toBeCloseTo(straight.right ?? NaN, 9);
      const itself = subspaceSimilarity(denseSubspaceFacts(other, other), shape);
      expect(itself.left).toBeCloseTo(1, 9);
      expect(itself.right).toBeCloseTo(1, 9);
    }),
    { numRuns: 100 },
  );
});
