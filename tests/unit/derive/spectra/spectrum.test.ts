import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { spectrum } from "#src/derive/spectra/spectrum.js";
import { denseSpectrumFacts } from "../../../support/dense-facts.js";
import { subspaceCases } from "../../../support/subspace-cases.js";

/** The facts of a diagonal update with these singular values. */
const facts = (singularValues: readonly number[]) => ({
  singularValues,
  squaredNorm: singularValues.reduce((sum, value) => sum + value ** 2, 0),
});

describe.each(subspaceCases().map((found, i) => ({ i, ...found })))("case $i ($kind) of NumPy and SciPy", (found) => {
  test.each(["baseline", "candidate"] as const)("%s", (side) => {
    const { spectrum: expected, scaling, ...factors } = found[side];
    const actual = spectrum(denseSpectrumFacts(factors), scaling);
    expect(actual.undefinedReason).toBeNull();
    expect(actual.norm).toBeCloseTo(expected.norm, 10);
    expect(actual.singularValues).toHaveLength(expected.singularValues.length);
    actual.singularValues.forEach((value, i) => expect(value).toBeCloseTo(expected.singularValues[i] ?? NaN, 10));
    expect(actual.stableRank).toBeCloseTo(expected.stableRank, 11);
    expect(actual.effectiveRank).toBeCloseTo(expected.effectiveRank, 11);
    expect(actual.utilisation).toBeCloseTo(expected.effectiveRank / factors.a.length, 11);
    expect(actual.k90).toBe(expected.k90);
  });
});

test("one direction has rank 1 and equal directions have full rank, by every measure", () => {
  expect(spectrum(facts([5, 0, 0]), 2)).toEqual({
    norm: 10,
    singularValues: [10, 0, 0],
    stableRank: 1,
    effectiveRank: 1,
    utilisation: 1 / 3,
    k90: 1,
    undefinedReason: null,
  });
  const flat = spectrum(facts([3, 3, 3, 3]), 1);
  expect(flat.stableRank).toBe(4);
  expect(flat.effectiveRank).toBeCloseTo(4, 14);
  expect(flat.utilisation).toBeCloseTo(1, 14);
  expect(flat.k90).toBe(4);
});

test("k90 is the smallest k that reaches 90 % of the squared norm", () => {
  // Squares 81, 9, 9, 1 of 100: 0.81, 0.9.
  expect(spectrum(facts([9, 3, 3, 1]), 1).k90).toBe(2);
});

const values = fc
  .array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((all) => all.sort((left, right) => right - left));

test("every measure is from 1 to r and independent of the scale", () => {
  fc.assert(
    fc.property(values, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (singularValues, scaling) => {
      const plain = spectrum(facts(singularValues), 1);
      const scaled = spectrum(facts(singularValues), -scaling);
      const r = singularValues.length;
      for (const measure of [plain.stableRank, plain.effectiveRank, plain.k90]) {
        expect(measure).toBeGreaterThanOrEqual(1 - 1e-12);
        expect(measure).toBeLessThanOrEqual(r + 1e-9);
      }
      expect(scaled.norm).toBeCloseTo(scaling * (plain.norm ?? NaN), 3);
      expect(scaled.stableRank).toBeCloseTo(plain.stableRank ?? NaN, 9);
      expect(scaled.effectiveRank).toBeCloseTo(plain.effectiveRank ?? NaN, 9);
      expect(plain.utilisation).toBeCloseTo((plain.effectiveRank ?? NaN) / r, 12);
    }),
  );
});

test("very large and very small values are squared without overflow", () => {
  const singularValues = [1e200, 1e200];
  expect(spectrum({ singularValues, squaredNorm: Number.MAX_VALUE }, 1).stableRank).toBe(2);
  expect(spectrum({ singularValues: [1e-200, 1e-200], squaredNorm: Number.MIN_VALUE }, 1).stableRank).toBe(2);
});

test("a zero update has a norm but no direction, also if scaled to zero", () => {
  const zero = { norm: 0, singularValues: [0, 0], stableRank: null, effectiveRank: null, utilisation: null, k90: null };
  expect(spectrum(facts([0, 0]), 4)).toEqual({ ...zero, undefinedReason: "ZERO_UPDATE" });
  expect(spectrum(facts([2, 1]), 0)).toEqual({ ...zero, undefinedReason: "ZERO_UPDATE" });
});

test("weights that are not finite or overflow when scaled have a reason and no values", () => {
  const none = { norm: null, singularValues: [], stableRank: null, effectiveRank: null, utilisation: null, k90: null };
  expect(spectrum({ singularValues: [], squaredNorm: null }, 1)).toEqual({ ...none, undefinedReason: "NOT_FINITE" });
  expect(spectrum(facts([1e150]), 1e300)).toEqual({ ...none, undefinedReason: "NOT_FINITE" });
});
