import { expect, test } from "vitest";
import { layerSensitivity } from "#src/derive/layer-sensitivity.js";
import { rankSimilarity } from "#src/derive/rank-similarity.js";
import { layerSimilarity, undefinedSimilarity } from "#src/derive/similarity.js";

/** u = (3, 4), v = (4, 3): cosine 24/25, distance sqrt 2. */
const facts = {
  innerProduct: 24,
  baselineSquaredNorm: 25,
  candidateSquaredNorm: 25,
  squaredDistance: 2,
  initialCosine: 0.9,
};

test("cosine, distance and relative difference follow their definitions", () => {
  expect(layerSimilarity(facts, 1, 1)).toEqual({
    cosineSimilarity: 24 / 25,
    l2Distance: Math.SQRT2,
    relativeDifference: Math.SQRT2 / 5,
    baselineNorm: 5,
    candidateNorm: 5,
    initialCosine: 0.9,
    undefinedReason: null,
  });
});

test("a common scaling scales distances and leaves the cosine", () => {
  const scaled = layerSimilarity(facts, 2, 2);
  expect(scaled.cosineSimilarity).toBe(24 / 25);
  expect(scaled.l2Distance).toBe(2 * Math.SQRT2);
  expect(scaled.relativeDifference).toBeCloseTo(Math.SQRT2 / 5, 15);
});

test("different scalings compare the updates as they are applied", () => {
  // 1 * (3, 4) against 2 * (4, 3): (5, 2)
  expect(layerSimilarity(facts, 1, 2).l2Distance).toBeCloseTo(Math.hypot(5, 2), 12);
});

test("equal updates have cosine exactly 1 and distance exactly 0", () => {
  const same = {
    innerProduct: 0.1,
    baselineSquaredNorm: 0.1,
    candidateSquaredNorm: 0.1,
    squaredDistance: 0,
    initialCosine: 1,
  };
  expect(layerSimilarity(same, 3, 3)).toMatchObject({ cosineSimilarity: 1, l2Distance: 0, relativeDifference: 0 });
});

test("rounding never carries a cosine past 1", () => {
  const nearly = { ...facts, innerProduct: 25.000000000000004 };
  expect(layerSimilarity(nearly, 1, 1).cosineSimilarity).toBe(1);
});

test("a zero update has a distance but no direction", () => {
  const zero = {
    innerProduct: 0,
    baselineSquaredNorm: 0,
    candidateSquaredNorm: 4,
    squaredDistance: 4,
    initialCosine: null,
  };
  expect(layerSimilarity(zero, 1, 1)).toMatchObject({
    cosineSimilarity: null,
    l2Distance: 2,
    relativeDifference: null,
    undefinedReason: "ZERO_UPDATE",
  });
});

test("facts that are null are weights that are not finite", () => {
  const none = {
    innerProduct: null,
    baselineSquaredNorm: null,
    candidateSquaredNorm: null,
    squaredDistance: null,
    initialCosine: null,
  };
  expect(layerSimilarity(none, 1, 1)).toEqual(undefinedSimilarity("NOT_FINITE"));
});

test("a rank's mean is over the layers that are defined, and says how many those are", () => {
  const layers = [
    { layer: "a", similarity: layerSimilarity(facts, 1, 1) },
    { layer: "b", similarity: undefinedSimilarity("WEIGHTS_MISSING") },
  ];
  expect(rankSimilarity(8, layers)).toMatchObject({ mean: 24 / 25, comparedLayers: 1, sharedStart: true });
  expect(rankSimilarity(8, layers.slice(1))).toMatchObject({ mean: null, comparedLayers: 0, sharedStart: null });
});

test("the most sensitive layer comes first, equal ones share a position, undefined ones come last without one", () => {
  const order = layerSensitivity([
    { layer: "none", cosineSimilarity: null },
    { layer: "low", cosineSimilarity: 0.9 },
    { layer: "high", cosineSimilarity: 0.5 },
    { layer: "tie", cosineSimilarity: 0.9 },
  ]);
  expect(order.map(({ layer, position }) => [layer, position])).toEqual([
    ["high", 1],
    ["low", 2],
    ["tie", 2],
    ["none", null],
  ]);
  expect(order[0]?.score).toBe(0.5);
});
