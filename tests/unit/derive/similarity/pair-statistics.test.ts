import { describe, expect, test } from "vitest";
import { seededPairsAt, type Run } from "#src/derive/runs/comparison-roles.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import { countedPairs } from "#src/derive/similarity/pair-statistics.js";
import { undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { similar } from "../../../support/evidence.js";
import { runs } from "../../../support/runs.js";

/** Runs with weights of baseline and candidate at rank 8, one of each per seed. */
const seeded = (seeds: readonly (number | null)[], weightsOf = (seed: number | null) => String(seed)): Run[] =>
  seeds.flatMap((seed) =>
    runs([
      ["16bit", 16, 8, {}],
      ["4bit", 4, 8, {}],
    ]).map((run) => ({
      ...run,
      id: `${run.id} ${seed}`,
      seed,
      hasWeights: true,
      weights: `${run.quantization.label} ${weightsOf(seed)}`,
    })),
  );

const pairsOf = (all: readonly Run[]) => {
  const roles = inferRoles(all);
  if (roles === undefined) throw new Error("no roles");
  const { compared, available } = seededPairsAt(all, roles, 8);
  return { seeds: compared.map(({ seed }) => seed), available };
};

describe("pairs of runs with equal seeds", () => {
  test("are the first ten by seed, with the number of all", () => {
    const seeds = Array.from({ length: 12 }, (_, i) => 12 - i);
    expect(pairsOf(seeded(seeds))).toEqual({ seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], available: 12 });
  });

  test("do not include copies of the weights of an earlier pair", () => {
    expect(pairsOf(seeded([1, 2, 3], (seed) => (seed === 3 ? "1" : String(seed))))).toEqual({
      seeds: [1, 2],
      available: 2,
    });
  });

  test("are one pair if the seeds are unknown or differ", () => {
    expect(pairsOf(seeded([null]))).toEqual({ seeds: [null], available: 1 });
    const [first, second] = seeded([1, 2]).filter(({ id, quantization }) =>
      quantization.bits === 16 ? id.endsWith("1") : id.endsWith("2"),
    );
    expect(first && second && pairsOf([first, second])).toEqual({ seeds: [null], available: 1 });
  });
});

describe("the similarity of a rank over its pairs", () => {
  const pair = (seed: number, cosine: number, start = 0.97) => ({ seed, layers: [similar(cosine, start)] });
  const layers = [{ layer: "a", similarity: similar(0.9) }];
  const over = (compared: readonly ReturnType<typeof pair>[], available = compared.length) =>
    rankSimilarity(8, layers, countedPairs({ compared, available }));

  test("has the mean, the spread and the interval of Student's t", () => {
    // scipy.stats.t.interval(0.95, 2, loc=0.93, scale=scipy.stats.sem([0.9, 0.93, 0.96]))
    expect(over([pair(1, 0.9), pair(2, 0.93), pair(3, 0.96)])).toMatchObject({
      mean: expect.closeTo(0.93, 12) as number,
      overPairs: {
        pairs: 3,
        standardDeviation: expect.closeTo(0.03, 12) as number,
        interval: {
          low: expect.closeTo(0.8554758686474903, 9) as number,
          high: expect.closeTo(1.00452413135251, 9) as number,
        },
        reason: null,
      },
    });
  });

  test("has no interval for a single pair and for equal cosines", () => {
    expect(over([pair(1, 0.9)]).overPairs).toMatchObject({ pairs: 1, standardDeviation: null, interval: null });
    expect(over([pair(1, 0.9), pair(2, 0.9)]).overPairs).toMatchObject({ pairs: 2, interval: null });
  });

  test("excludes pairs whose comparison is not valid, and states why", () => {
    const failed = { seed: 4, layers: [undefinedSimilarity("COMPUTE_FAILED")] };
    const found = over([pair(1, 0.9), pair(2, 0.1, 0.01), pair(3, 1), failed, pair(5, 0.92)], 7);
    expect(found).toMatchObject({ mean: expect.closeTo(0.91, 12) as number, overPairs: { pairs: 2, available: 7 } });
    expect(found.overPairs.reason).toBe(
      "The first 5 of 7 pairs by seed are compared. The runs of seed 2 are left out: they started from different A. " +
        "The runs of seed 3 are left out: their adapters have equal weights. " +
        "The runs of seed 4 are left out: none of their layers could be compared.",
    );
  });

  test("is not comparable if no pair is valid", () => {
    expect(over([pair(1, 0.1, 0.01), pair(2, 0.2, 0.02)])).toMatchObject({
      sharedStart: false,
      overPairs: { pairs: 2 },
    });
    expect(over([pair(1, 1), pair(2, 1)])).toMatchObject({ identical: true });
  });
});
