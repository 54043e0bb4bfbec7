import fc from "fast-check";
import { expect, test } from "vitest";
import { degradation } from "#src/derive/degradation/degradation.js";
import { notebookRankThreshold, rankThreshold } from "#src/derive/degradation/rank-threshold.js";

/** A sweep in which rank i + 1 degrades by percents[i]; null is a rank without a baseline. */
function sweep(...percents: (number | null)[]) {
  const rule = { metric: "loss", thresholdPercent: 5, twoSided: false };
  return percents.map((percent, i) => ({
    rank: i + 1,
    degradation: degradation(percent === null ? [] : [100], percent === null ? [1] : [100 + percent], rule),
  }));
}

test("if all ranks are acceptable, r* is at most the smallest tested rank", () => {
  expect(rankThreshold(sweep(1, 2, 1))).toMatchObject({ rank: 1, bound: "AT_MOST", leastAcceptableRank: 1 });
});

test("a failing rank below r* makes it exact", () => {
  expect(rankThreshold(sweep(9, 2, 1))).toMatchObject({ rank: 2, bound: "EXACT", leastAcceptableRank: 2 });
});

test("an acceptable rank below a failing one is not r*, except by the notebook's rule", () => {
  expect(rankThreshold(sweep(1, 9, 1))).toMatchObject({ rank: 3, bound: "EXACT", leastAcceptableRank: 1 });
});

test("there is no r* if the largest rank fails", () => {
  expect(rankThreshold(sweep(1, 9))).toMatchObject({ rank: null, bound: "NONE", leastAcceptableRank: 1 });
});

test("ranks without a degradation are untested", () => {
  expect(rankThreshold(sweep(null, 2)).testedRanks).toEqual([2]);
  expect(rankThreshold(sweep(null))).toMatchObject({
    rank: null,
    bound: "NONE",
    certainty: null,
    reason: "No rank can be judged. r = 1 was not judged: No run of the baseline at this rank has loss.",
  });
});

test("r* is acceptable, as is every tested rank above it, and the tested rank below it is not", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.double({ min: -20, max: 20, noNaN: true }), { nil: null }), { maxLength: 12 }),
      (percents) => {
        const ranks = sweep(...percents);
        const { rank, testedRanks } = rankThreshold(ranks);
        const isAcceptable = (r: number) => ranks.find((entry) => entry.rank === r)?.degradation.acceptable;
        const from = rank ?? Infinity;
        const below = testedRanks.filter((r) => r < from).at(-1);
        return (
          testedRanks.filter((r) => r >= from).every(isAcceptable) &&
          (below === undefined || isAcceptable(below) === false)
        );
      },
    ),
  );
});

/** A sweep in which rank i + 1 is acceptable (a), not (u) or inconclusive (i), or undefined (-). */
function judged(verdicts: string) {
  const rule = { metric: "loss", thresholdPercent: 5, twoSided: false };
  const candidates = { a: [101, 101.1], u: [120, 120.1], i: [100, 110], "-": [] } as Record<string, number[]>;
  return Array.from(verdicts, (letter, i) => ({
    rank: i + 1,
    degradation: degradation([100, 100.1], candidates[letter] ?? [], rule),
  }));
}

test("r* is above an inconclusive rank, and its range includes that rank", () => {
  expect(rankThreshold(judged("uiaa"))).toMatchObject({
    rank: 3,
    bound: "AT_MOST",
    inconclusiveRanks: [2],
    range: { least: 2, greatest: 3 },
    reason:
      "r* <= 3. Rank 2 is inconclusive (its interval contains the threshold); every larger tested rank is acceptable.",
  });
  expect(rankThreshold(judged("uai"))).toMatchObject({
    rank: null,
    bound: "NONE",
    range: { least: 2, greatest: null },
  });
});

test("the range contains r* for every outcome of the inconclusive ranks", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[aui-]{0,8}$/), (verdicts) => {
      const { range } = rankThreshold(judged(verdicts));
      const open = verdicts.replace(/[^i]/g, "").length;
      const falls = Array.from({ length: 2 ** open }, (_, way) => {
        let at = 0;
        return rankThreshold(judged(verdicts.replace(/i/g, () => ((way >> at++) & 1 ? "a" : "u")))).rank ?? Infinity;
      });
      expect(range.least ?? Infinity).toBe(Math.min(...falls));
      expect(range.greatest ?? Infinity).toBe(Math.max(...falls));
    }),
  );
});

test("a point estimate decides nothing if other ranks have intervals", () => {
  const rule = { metric: "loss", thresholdPercent: 5, twoSided: false };
  const point = { rank: 9, degradation: degradation([100], [101], rule) };
  expect(rankThreshold([point])).toMatchObject({ rank: 9, certainty: "POINT_ESTIMATE", inconclusiveRanks: [] });
  expect(rankThreshold([...judged("ui"), point])).toMatchObject({
    rank: null,
    inconclusiveRanks: [2, 9],
    range: { least: 2, greatest: null },
    reason: expect.stringContaining("it has a point estimate only, and other ranks have intervals") as string,
  });
});

test("a rank whose candidate diverged fails, also among intervals", () => {
  const rule = { metric: "loss", thresholdPercent: 5, twoSided: false };
  const diverged = { rank: 9, degradation: degradation([100, 101], [NaN, NaN], rule) };
  expect(rankThreshold([...judged("a"), diverged])).toMatchObject({ rank: null, bound: "NONE", inconclusiveRanks: [] });
});

test("an improvement that a two-sided rule does not accept is called one", () => {
  const rule = { metric: "loss", thresholdPercent: 5, twoSided: true };
  const better = { rank: 1, degradation: degradation([100], [90], rule) };
  expect(rankThreshold([better]).reason).toContain("it improves by the threshold or more");
});

test("ranks that were not judged are in the reason", () => {
  expect(rankThreshold([...sweep(1), ...sweep(null).map((entry) => ({ ...entry, rank: 2 }))]).reason).toBe(
    "r* <= 1. Every tested rank is acceptable; ranks below 1 were not tested. " +
      "r = 2 was not judged: No run of the baseline at this rank has loss.",
  );
});

test("the notebook uses the smallest acceptable rank, regardless of larger ranks", () => {
  expect(notebookRankThreshold(judged("uaua"))).toMatchObject({ rank: 2, bound: "EXACT" });
  expect(notebookRankThreshold(judged("aua"))).toMatchObject({ rank: 1, bound: "AT_MOST" });
  expect(notebookRankThreshold(judged("uu"))).toMatchObject({ rank: null, bound: "NONE" });
});
