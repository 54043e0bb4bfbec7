import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { morePrecise } from "#src/import/assemble/more-precise.js";

describe("morePrecise", () => {
  test.each([
    [1.9737, 1.973717908859253],
    [3284.5923, 3284.59228515625],
    [2, 2.0000184173583984],
    [2.0003, 2.000289337158203],
    [1.0023, 1.0023006916046142],
    [1443.1221, 1443.1221334934235],
    [11644, 11644.15576171875],
    [-0.12, -0.1234],
    [1.5e-7, 1.51e-7],
    [0.1, 0.10000000149011612],
  ])("%d is a rounding of %d, whichever comes first", (short, long) => {
    expect(morePrecise(short, long)).toBe(long);
    expect(morePrecise(long, short)).toBe(long);
  });

  test.each([
    [2, 2.3],
    [2, 2.06],
    [1.9737, 1.9738],
    [1.9737, 1.97376],
    [1.97, 1.9765],
    [1600, 1613],
    [11644, 11644.6],
    [0, 0.00001],
    [1, -1],
    [NaN, 1],
    [Infinity, 1e308],
    [Infinity, -Infinity],
    [2 ** 60, 2 ** 60 + 256],
  ])("%d and %d disagree", (one, other) => {
    expect(morePrecise(one, other)).toBeUndefined();
    expect(morePrecise(other, one)).toBeUndefined();
  });

  test("a tie may have been rounded either way", () => {
    expect(morePrecise(0.12, 0.125)).toBe(0.125);
    expect(morePrecise(0.13, 0.125)).toBe(0.125);
  });

  test("equal values, NaN and infinities agree with their own value", () => {
    for (const value of [0, 2.5, Infinity, -Infinity, NaN]) expect(morePrecise(value, value)).toBe(value);
  });

  test("every value agrees with its rounding to four decimals if two significant digits remain", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e5, noNaN: true }), (value) => {
        const rounded = Number(value.toFixed(4));
        expect(morePrecise(rounded, value)).toBe(value);
      }),
    );
  });

  test("the order of the two values does not matter", () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (one, other) => {
        const either = morePrecise(one, other);
        const swapped = morePrecise(other, one);
        expect(either === swapped || (Number.isNaN(either) && Number.isNaN(swapped))).toBe(true);
      }),
    );
  });
});
