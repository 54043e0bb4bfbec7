import { expect, test } from "vitest";
import { layersOverPairs } from "#src/derive/similarity/layer-over-pairs.js";
import { similar } from "../../../support/evidence.js";

const pair = (seed: number, cosine: number, start?: number) => ({ seed, layers: [similar(cosine, start)] });

test("a stored layer is a mean over the pairs of seeds, with its number and spread", () => {
  const { layers, reason } = layersOverPairs([pair(1, 0.9), pair(2, 0.7), pair(3, 0.8)], 3, 1);
  expect(reason).toBeNull();
  expect(layers[0]?.cosine).toMatchObject({ pairs: 3, min: 0.7, max: 0.9 });
  expect(layers[0]?.cosine.mean).toBeCloseTo(0.8, 12);
  expect(layers[0]?.cosine.standardDeviation).toBeCloseTo(0.1, 12);
  expect(layers[0]?.l2Distance).toBeCloseTo((Math.sqrt(0.2) + Math.sqrt(0.6) + Math.sqrt(0.4)) / 3, 12);
});

test("a pair that started from different A does not count, and the reason names its seed", () => {
  const { layers, reason } = layersOverPairs([pair(1, 0.1, 0.02), pair(2, 0.9)], 2, 1);
  expect(layers[0]?.cosine).toMatchObject({ pairs: 1, mean: 0.9 });
  expect(reason).toContain("seed 1 are left out: they started from different A");
});

test("a pair without a stored comparison is not stored, and the others count", () => {
  const { layers } = layersOverPairs([pair(1, 0.9), { seed: 2, layers: [null] }], 2, 1);
  expect(layers[0]).toMatchObject({ stored: false, undefinedReason: null });
  expect(layers[0]?.cosine).toMatchObject({ pairs: 1, mean: 0.9 });
});

test("layers without weights say so, and those of no pair at all too", () => {
  expect(layersOverPairs([{ seed: 1, layers: [undefined] }], 1, 1).layers[0]).toMatchObject({
    stored: true,
    undefinedReason: "WEIGHTS_MISSING",
  });
  expect(layersOverPairs([], 0, 2).layers).toHaveLength(2);
  expect(layersOverPairs([], 0, 1).layers[0]?.undefinedReason).toBe("WEIGHTS_MISSING");
});
