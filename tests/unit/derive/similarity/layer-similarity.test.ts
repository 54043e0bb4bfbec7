import { expect, test } from "vitest";
import { layerSensitivity } from "#src/derive/sensitivity/layer-sensitivity.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { scalingRatio } from "#src/model/weight-updates.js";
import { layerSimilarity, undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";
import type { UndefinedReason } from "#src/model/enums/similarity.js";
import { densePairFacts } from "../../../support/dense-facts.js";
import { subspaceCases } from "../../../support/subspace-cases.js";

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
    pendingJob: null,
  });
});

test("a common scaling scales distances and leaves the cosine", () => {
  const scaled = layerSimilarity(facts, 2, 2);
  expect(scaled.cosineSimilarity).toBe(24 / 25);
  expect(scaled.l2Distance).toBe(2 * Math.SQRT2);
  expect(scaled.relativeDifference).toBeCloseTo(Math.SQRT2 / 5, 15);
});

test("different scalings compare the updates as they are applied", () => {
  // 3 * (3, 4) against 6 * (4, 3): 3 times (5, 2). The distance was asked for the ratio of the scalings.
  expect(scalingRatio(3, 6)).toBe(2);
  const scaled = layerSimilarity({ ...facts, squaredDistance: 5 ** 2 + 2 ** 2 }, 3, 6);
  expect(scaled.l2Distance).toBeCloseTo(3 * Math.hypot(5, 2), 12);
  expect(scaled.relativeDifference).toBeCloseTo(Math.hypot(5, 2) / 5, 12);
  expect(scaled.cosineSimilarity).toBe(24 / 25);
});

test("the distance of close updates does not cancel, for any scalings", () => {
  // |1|^2 + |2|^2 - 2<1,2> would be 0 here: the stored distance is what counts.
  const close = { ...facts, innerProduct: 25, squaredDistance: 1e-24 };
  expect(layerSimilarity(close, 4, 2).l2Distance).toBeCloseTo(4e-12, 24);
});

test("a scaling of 0 is a zero update, and one below 0 turns the direction", () => {
  expect(scalingRatio(0, 2)).toBe(1);
  expect(scalingRatio(2, 0)).toBe(1);
  expect(layerSimilarity(facts, 0, 2)).toMatchObject({
    cosineSimilarity: null,
    l2Distance: 10,
    relativeDifference: null,
    undefinedReason: "ZERO_UPDATE",
  });
  expect(layerSimilarity(facts, 1, -1).cosineSimilarity).toBe(-24 / 25);
});

test("distances agree with NumPy, for close updates and different scalings", () => {
  for (const { baseline, candidate, cosine, l2, kind } of subspaceCases()) {
    for (const scaling of ["ADAPTER", "NONE"] as const) {
      const [left, right] = scaling === "NONE" ? [1, 1] : [baseline.scaling, candidate.scaling];
      const { leftSquaredNorm, rightSquaredNorm, ...rest } = densePairFacts(
        baseline,
        candidate,
        scalingRatio(left, right),
      );
      const updates = { ...rest, baselineSquaredNorm: leftSquaredNorm, candidateSquaredNorm: rightSquaredNorm };
      const found = layerSimilarity(updates, left, right);
      expect(found.cosineSimilarity, kind).toBeCloseTo(cosine, 12);
      expect(Math.abs((found.l2Distance ?? NaN) - l2[scaling]), kind).toBeLessThanOrEqual(1e-10 * l2[scaling]);
    }
  }
});

test("pending weights have no values, but a job", () => {
  expect(undefinedSimilarity("PENDING", "job 1")).toMatchObject({
    cosineSimilarity: null,
    undefinedReason: "PENDING",
    pendingJob: "job 1",
  });
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

test("updates at distance 0 have cosine 1, despite float32 rounding", () => {
  const same = { ...facts, innerProduct: 24.999998, squaredDistance: 0 };
  expect(layerSimilarity(same, -2, -2).cosineSimilarity).toBe(1);
});

test("rounding never carries a cosine past 1", () => {
  const nearly = { ...facts, innerProduct: 25.000000000000004 };
  expect(layerSimilarity(nearly, 1, 1).cosineSimilarity).toBe(1);
});

test("a zero update has a distance but no cosine", () => {
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

test("null facts mean that the weights are not finite", () => {
  const none = {
    innerProduct: null,
    baselineSquaredNorm: null,
    candidateSquaredNorm: null,
    squaredDistance: null,
    initialCosine: null,
  };
  expect(layerSimilarity(none, 1, 1)).toEqual(undefinedSimilarity("NOT_FINITE"));
});

test("the mean of a rank is over its defined layers, with their number", () => {
  const layers = [
    { layer: "a", similarity: layerSimilarity(facts, 1, 1) },
    { layer: "b", similarity: undefinedSimilarity("WEIGHTS_MISSING") },
  ];
  expect(rankSimilarity(8, layers)).toMatchObject({ mean: 24 / 25, comparedLayers: 1, sharedStart: true });
  expect(rankSimilarity(8, layers.slice(1))).toMatchObject({ mean: null, comparedLayers: 0, sharedStart: null });
});

test("while a layer is pending, its rank has no mean and lists the jobs", () => {
  const layers = [
    { layer: "a", similarity: layerSimilarity(facts, 1, 1) },
    { layer: "b", similarity: undefinedSimilarity("PENDING", "job 1") },
    { layer: "c", similarity: undefinedSimilarity("PENDING", "job 1") },
  ];
  expect(rankSimilarity(8, layers)).toMatchObject({
    mean: null,
    min: null,
    max: null,
    sharedStart: null,
    comparedLayers: 1,
    pendingJobs: ["job 1"],
  });
});

const withCosine = (name: string, cosineSimilarity: number | null, undefinedReason: UndefinedReason | null = null) => ({
  layer: { name },
  similarity: {
    ...undefinedSimilarity("ZERO_UPDATE"),
    cosineSimilarity,
    undefinedReason,
    pendingJob: undefinedReason === "PENDING" ? "job 1" : null,
  },
});

test("the most sensitive layer is first; equal layers share a position; undefined layers are last", () => {
  const layers = [withCosine("none", null), withCosine("low", 0.9), withCosine("high", 0.5), withCosine("tie", 0.9)];
  const order = layerSensitivity(rankSimilarity(8, layers).layers);
  expect(order.map(({ layer, position }) => [layer.name, position])).toEqual([
    ["high", 1],
    ["low", 2],
    ["tie", 2],
    ["none", null],
  ]);
  expect(order[0]?.score).toBe(0.5);
});

test("measured scores replace the divergence of the updates, whatever prefix the layers' names have", () => {
  const layers = [
    withCosine("h.0.low", 0.5),
    withCosine("model.h.0.high", 0.9, "PENDING"),
    withCosine("h.0.none", 0.1),
  ];
  const scores = [
    { layer: "model.h.0.low", scores: [1, 3] },
    { layer: "model.h.0.high", scores: [8, 9] },
  ];
  const order = layerSensitivity(rankSimilarity(8, layers).layers, { basis: "MEASURED_KL", layers: scores });
  expect(order.map(({ layer, basis, score, position }) => [layer.name, basis, score, position])).toEqual([
    ["model.h.0.high", "MEASURED_KL", 8.5, 1],
    ["h.0.low", "MEASURED_KL", 2, 2],
    ["h.0.none", "MEASURED_KL", null, null],
  ]);
});

test("no layer has a position while one is pending", () => {
  const layers = [withCosine("low", 0.9), withCosine("high", 0.5), withCosine("x", null, "PENDING")];
  const order = layerSensitivity(rankSimilarity(8, layers).layers);
  expect(order.map(({ layer, score, position }) => [layer.name, score, position])).toEqual([
    ["high", 0.5, null],
    ["low", expect.closeTo(0.1, 12), null],
    ["x", null, null],
  ]);
});
