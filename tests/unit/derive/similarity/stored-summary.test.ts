import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layerSimilarity, undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { storedSimilarity, storedSummary, type StoredLayerPair } from "#src/derive/similarity/stored-similarity.js";

const pair: StoredLayerPair = {
  sameShape: true,
  compared: true,
  baselineScaling: 2,
  candidateScaling: 3,
  innerProduct: 1,
  baselineSquaredNorm: 4,
  candidateSquaredNorm: 1,
  squaredDistance: 7,
  initialCosine: 0.9,
};

describe("a stored similarity", () => {
  test("equals the similarity from the same facts", () => {
    const size = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(size, size, size, size, fc.double({ min: -1, max: 1, noNaN: true }), (left, right, a, b, cosine) => {
        const facts = {
          innerProduct: cosine * Math.sqrt(a * b),
          baselineSquaredNorm: a,
          candidateSquaredNorm: b,
          squaredDistance: a + b,
          initialCosine: null,
        };
        const stored = { sameShape: true, compared: true, baselineScaling: left, candidateScaling: right, ...facts };
        expect(storedSimilarity(stored)).toEqual(layerSimilarity(facts, left, right));
        // Without a distance of these scalings the rest stands as it is.
        expect(storedSimilarity({ ...stored, squaredDistance: null })).toEqual({
          ...layerSimilarity(facts, left, right),
          l2Distance: null,
          relativeDifference: null,
        });
      }),
    );
  });

  test("is null if it was never computed, and has a reason if it cannot be computed", () => {
    expect(storedSimilarity({ ...pair, compared: false })).toBeNull();
    expect(storedSimilarity({ ...pair, sameShape: false, compared: false })?.undefinedReason).toBe("SHAPES_DIFFER");
    expect(storedSimilarity({ ...pair, innerProduct: null })?.undefinedReason).toBe("NOT_FINITE");
    expect(storedSimilarity({ ...pair, baselineSquaredNorm: 0, innerProduct: 0 })).toMatchObject({
      cosineSimilarity: null,
      undefinedReason: "ZERO_UPDATE",
    });
  });
});

describe("a study's stored summary", () => {
  const layer = (cosineSimilarity: number, initialCosine: number | null = 0.95) => ({
    ...undefinedSimilarity("PENDING"),
    cosineSimilarity,
    initialCosine,
    undefinedReason: null,
  });

  test("is the mean over the ranks' means, without ranks that started from different A", () => {
    const summary = storedSummary([
      { rank: 8, pairs: [[layer(0.9), layer(0.8), null]] },
      { rank: 4, pairs: [[layer(0.2, 0.1), null]] },
      { rank: 2, pairs: [[layer(0.5)]] },
    ]);
    expect(summary.meanCosineSimilarity).toBeCloseTo((0.85 + 0.5) / 2, 12);
    expect(summary).toMatchObject({ comparedLayers: 3, missingLayers: 2, differentStartRanks: [4] });
  });

  test("is the mean over the pairs of seeds of a rank, without pairs that started from different A", () => {
    const pairs = [[layer(0.9), layer(0.8)], [layer(0.7), null], [layer(0.1, 0.05)]];
    expect(storedSummary([{ rank: 8, pairs }])).toEqual({
      meanCosineSimilarity: expect.closeTo((0.85 + 0.7) / 2, 12) as number,
      comparedLayers: 3,
      missingLayers: 1,
      differentStartRanks: [],
    });
  });

  test("includes ranks with an unknown start, and has no mean if nothing is stored", () => {
    expect(storedSummary([{ rank: 2, pairs: [[layer(0.5, null)]] }]).meanCosineSimilarity).toBe(0.5);
    expect(storedSummary([{ rank: 2, pairs: [[null, null]] }])).toEqual({
      meanCosineSimilarity: null,
      comparedLayers: 0,
      missingLayers: 2,
      differentStartRanks: [],
    });
    expect(storedSummary([])).toMatchObject({ meanCosineSimilarity: null, missingLayers: 0 });
  });

  test("is between the minimum and the maximum cosine of the included ranks", () => {
    const cosine = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.array(cosine, { minLength: 1 }), { minLength: 1 }), (ranks) => {
        const { meanCosineSimilarity: mean } = storedSummary(
          ranks.map((cosines, rank) => ({ rank, pairs: [cosines.map((value) => layer(value))] })),
        );
        const all = ranks.flat();
        expect(mean).toBeGreaterThanOrEqual(Math.min(...all) - 1e-12);
        expect(mean).toBeLessThanOrEqual(Math.max(...all) + 1e-12);
      }),
    );
  });
});
