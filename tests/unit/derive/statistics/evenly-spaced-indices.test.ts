import fc from "fast-check";
import { expect, test } from "vitest";
import { evenlySpacedIndices } from "#src/derive/statistics/evenly-spaced-indices.js";

test("all indices are returned if there are few", () => {
  expect(evenlySpacedIndices(3, 5)).toEqual([0, 1, 2]);
});

test("at most the maximum number of indices is returned, ascending, with the first and the last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 300 }), (length, most) => {
      const kept = evenlySpacedIndices(length, most);
      expect(kept.length).toBe(Math.min(length, most));
      expect([kept[0], kept.at(-1)]).toEqual([0, length - 1]);
      expect(kept.every((index, i) => i === 0 || index > (kept[i - 1] as number))).toBe(true);
    }),
  );
});
