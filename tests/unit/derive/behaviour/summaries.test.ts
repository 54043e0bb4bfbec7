import { describe, expect, test } from "vitest";
import { choiceFlips, embeddingSimilarity, tokenMatch } from "#src/derive/behaviour/compare-outputs.js";
import { meanOverItems } from "#src/derive/behaviour/item-statistics.js";
import { behaviourAtRank } from "#src/derive/behaviour/rank-behaviour.js";
import { summarizeDivergences } from "#src/derive/behaviour/summarize-divergences.js";
import { summarizeLosses } from "#src/derive/behaviour/summarize-losses.js";

describe("a mean over items", () => {
  test("weighs items by their tokens; its interval is that of the linearised ratio", () => {
    const items = [
      { sum: 2, count: 1 },
      { sum: 6, count: 2 },
      { sum: 4, count: 2 },
      { sum: 9, count: 3 },
      { sum: 0, count: 0 },
    ];
    const found = meanOverItems(items, 0.95);
    expect(found).toMatchObject({ mean: 21 / 8, n: 4 });
    // sqrt(4 / 3 * 3.78125) / 8 * t(0.975, 3), with t = 3.182446305284263 of SciPy.
    const distance = (Math.sqrt((4 / 3) * 3.78125) / 8) * 3.182446305284263;
    expect(found?.interval?.low).toBeCloseTo(21 / 8 - distance, 9);
    expect(found?.interval?.high).toBeCloseTo(21 / 8 + distance, 9);
    expect(found?.standardDeviation).toBeCloseTo(Math.sqrt(((2 - 2.5) ** 2 + 0.5 ** 2 + 0.5 ** 2 + 0.5 ** 2) / 3), 9);
  });

  test("has no interval for one item or without variation, and is undefined if it is not finite", () => {
    expect(meanOverItems([{ sum: 2, count: 2 }], 0.95)).toEqual({
      mean: 1,
      standardDeviation: null,
      n: 1,
      interval: null,
    });
    expect(
      meanOverItems(
        [
          { sum: 2, count: 2 },
          { sum: 1, count: 1 },
        ],
        0.95,
      )?.interval,
    ).toBeNull();
    expect(meanOverItems([], 0.95)).toBeUndefined();
    expect(meanOverItems([{ sum: NaN, count: 1 }], 0.95)).toBeUndefined();
    expect(summarizeLosses([{ losses: Float32Array.of(Infinity) }], 0.95)).toBeUndefined();
  });
});

test("divergences are summarized over all tokens, and the perplexity ratio is paired", () => {
  const item = (divergences: number[], referenceLosses: number[], candidateLosses: number[]) => ({
    divergences: Float32Array.from(divergences),
    agreements: Uint8Array.from(divergences, (value) => (value < 1 ? 1 : 0)),
    probabilityChanges: Float32Array.from(divergences, () => -0.5),
    referenceLosses: Float32Array.from(referenceLosses),
    candidateLosses: Float32Array.from(candidateLosses),
  });
  const found = summarizeDivergences([item([0.25, 0.5, 2], [1, 1, 1], [2, 2, 2]), item([0.25], [3], [3])], 0.95);
  expect(found).toMatchObject({ scoredTokens: 4, rmsProbabilityChange: 0.5 });
  expect(found?.klDivergence).toMatchObject({ mean: 0.75, median: 0.375, max: 2, n: 2 });
  expect(found?.topTokenAgreement.mean).toBe(0.75);
  expect(found?.perplexityRatio).toBeCloseTo(Math.exp(0.75), 12);
});

test("a token match compares the positions that both continuations have", () => {
  const continuation = (...tokens: number[]) => ({ promptTokens: 4, tokens: Int32Array.from(tokens) });
  const pairs = [
    [continuation(1, 2, 3, 4), continuation(1, 9, 3)],
    [continuation(5), continuation(5)],
    [continuation(), continuation(7)],
  ] as const;
  expect(tokenMatch(pairs, false, 0.95)).toMatchObject({ mean: (2 / 3 + 1) / 2, n: 2 });
  expect(tokenMatch(pairs, true, 0.95)).toMatchObject({ mean: (6 / 7 + 1 + 1) / 3, n: 3 });
  expect(tokenMatch([], false, 0.95)).toBeUndefined();
});

test("embeddings are compared by their cosine; zero vectors do not count", () => {
  const vector = (...values: number[]) => ({ vector: Float32Array.from(values) });
  const found = embeddingSimilarity(
    [
      [vector(3, 4), vector(4, 3)],
      [vector(0, 0), vector(1, 1)],
    ],
    0.95,
  );
  expect(found?.mean).toBeCloseTo(24 / 25, 7);
  expect(found?.n).toBe(1);
});

test("flips count answers that change, with McNemar's test of those whose right answer is known", () => {
  const item = (logLikelihoods: number[], answer: number | null, characters = [1, 10]) => ({
    logLikelihoods: Float64Array.from(logLikelihoods),
    characters: Int32Array.from(characters),
    answer,
  });
  const [first, second] = [
    [-1, -2],
    [-2, -1],
  ];
  const pairs = [
    [item(first, 0), item(second, 0)],
    [item(first, 0), item(second, 0)],
    [item(first, 0), item(first, 0)],
    [item(first, null), item(second, null)],
  ] as const;
  expect(choiceFlips(pairs, false)).toEqual({
    n: 3,
    questions: 4,
    changed: 3,
    referenceAccuracy: 1,
    candidateAccuracy: 1 / 3,
    rightToWrong: 2,
    wrongToRight: 0,
    pValue: expect.closeTo(0.5, 12) as number,
  });
  // Per character, the longer choice is the more likely one under both.
  expect(choiceFlips(pairs, true)).toMatchObject({ changed: 0, rightToWrong: 0 });
});

test("a rank's statement needs every pair, and names both means", () => {
  expect(behaviourAtRank([0.2, null], [0.4], 0.95)).toMatchObject({ klDivergence: null, statement: null });
  expect(behaviourAtRank([0.2, 0.1], [], 0.95)).toMatchObject({ seedKlDivergence: null, ratioToSeeds: null });
  const found = behaviourAtRank([0.2, 0.1], [0.4, 0.2], 0.95);
  expect(found.ratioToSeeds).toBeCloseTo(0.5, 12);
  expect(found.statement).toBe(
    "Whether the candidate moves predictions less than another seed of the baseline is not decided, because the intervals overlap: 0.150 nats per token (2 pairs) against 0.300 (2 pairs).",
  );
  const statement = (...both: [number[], number[]]) => behaviourAtRank(...both, 0.95).statement;
  expect(statement([0.1, 0.101, 0.1], [0.4, 0.41])).toMatch(/^The candidate moves predictions less than another seed/);
  expect(statement([0.4, 0.401], [0.1, 0.101])).toMatch(/^The candidate moves predictions at least as much as/);
  expect(statement([0.1], [0.4, 0.41])).toMatch(/^By point estimates, the candidate moves predictions less than/);
});
