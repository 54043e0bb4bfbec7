import fc from "fast-check";
import { expect, test } from "vitest";
import { layerSensitivity } from "#src/derive/sensitivity/layer-sensitivity.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { partRows, sensitivityMap } from "#src/derive/sensitivity/sensitivity-map.js";
import { undefinedSimilarity, type LayerSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { spearman } from "#src/derive/statistics/spearman.js";
import { similar } from "../../../support/evidence.js";

const rank = (r: number, similarities: LayerSimilarity[]) =>
  rankSimilarity(
    r,
    similarities.map((similarity, i) => ({ layer: { name: `h.${i}`, module: i < 2 ? "attn" : "mlp" }, similarity })),
  );

test("means are over the valid ranks; other ranks have a reason", () => {
  const map = sensitivityMap([
    rank(2, [similar(0.1, 0.02), similar(0.2, 0.02), similar(0.3, 0.02)]),
    rank(4, [similar(0.8), similar(0.9), similar(0.7)]),
    rank(8, [similar(0.6), similar(0.9), undefinedSimilarity("ZERO_UPDATE")]),
    rank(16, [undefinedSimilarity("PENDING", "job"), similar(0.9), similar(0.9)]),
    rank(32, [undefinedSimilarity("WEIGHTS_MISSING")]),
  ]);
  expect(map.fairRanks).toEqual([4, 8]);
  expect(map.leftOut.map(({ rank: r, because }) => `${r}: ${because}`)).toEqual([
    "2: Its runs started from different A.",
    "16: Its weights are still being compared.",
    "32: No layer could be compared.",
  ]);
  expect(map.layers[0]?.values.map((value) => value && Number(value.toFixed(9)))).toEqual([0.9, 0.2, 0.4, null, null]);
  expect(map.layers[0]?.mean).toBeCloseTo(0.3, 12);
  // A mean over other ranks than the next layer's could not be compared with it.
  expect(map.layers[2]?.mean).toBeNull();
  expect(map.modules).toEqual([{ module: "attn", layers: 2, mean: expect.closeTo(0.2, 12) as number }]);
});

test("parts are means over layers by rank, and null if one is unknown", () => {
  const found = partRows([
    [
      { name: "q", score: 0.1 },
      { name: "k", score: 0.2 },
      { name: "q", score: 0.3 },
    ],
    [
      { name: "q", score: 0.4 },
      { name: "k", score: null },
    ],
  ]);
  expect(found).toEqual([
    { name: "q", values: [0.2, 0.4], mean: expect.closeTo(0.3, 12) as number },
    { name: "k", values: [0.2, null], mean: null },
  ]);
});

test("only an outlier layer has a robust z above 3.5", () => {
  const cosines = [0.9, 0.91, 0.89, 0.9, 0.905, 0.5];
  const found = layerSensitivity(
    rank(
      8,
      cosines.map((cosine) => similar(cosine)),
    ).layers,
  );
  expect(found[0]).toMatchObject({ layer: { name: "h.5" }, position: 1, standsOut: true });
  expect(found.slice(1).map(({ standsOut }) => standsOut)).not.toContain(true);
});

test("no layer is an outlier among fewer than five, or while one is pending", () => {
  const few = layerSensitivity(rank(8, [similar(0.9), similar(0.1)]).layers);
  expect(few[0]).toMatchObject({ robustZ: null, standsOut: null });
  const cosines = [0.9, 0.91, 0.89, 0.9, 0.905, 0.5].map((cosine) => similar(cosine));
  const pending = layerSensitivity(rank(8, [...cosines, undefinedSimilarity("PENDING", "job")]).layers);
  expect(pending.map(({ robustZ }) => robustZ)).toEqual(Array(7).fill(null));
});

test("Spearman's correlation is 1 for equal and -1 for opposite order, for any values", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 12 }), (values) => {
      expect(spearman(values.map((value) => ({ x: value, y: Math.cbrt(value) })))).toBeCloseTo(1, 12);
      expect(spearman(values.map((value) => ({ x: value, y: -value })))).toBeCloseTo(-1, 12);
    }),
  );
  expect(
    spearman([
      { x: 1, y: 1 },
      { x: 2, y: 1 },
    ]),
  ).toBeUndefined();
});

test("Spearman's correlation with ties equals SciPy's", () => {
  // scipy.stats.spearmanr([1, 2, 2, 3, 5], [2, 1, 4, 4, 3]).statistic
  expect(
    spearman([
      { x: 1, y: 2 },
      { x: 2, y: 1 },
      { x: 2, y: 4 },
      { x: 3, y: 4 },
      { x: 5, y: 3 },
    ]),
  ).toBeCloseTo(0.3947368421052632, 12);
});
