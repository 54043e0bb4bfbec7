import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { friedmanTest } from "#src/derive/statistics/friedman.js";
import { holmAdjusted } from "#src/derive/statistics/holm.js";
import { mcnemarTest } from "#src/derive/statistics/mcnemar.js";
import { bootstrapInterval, seededRandom } from "#src/derive/statistics/bootstrap.js";
import { bootstrapDraws } from "#src/derive/statistics/bootstrap-draws.js";
import { meanOf } from "#src/derive/statistics/sample.js";
import { pairedDifference } from "#src/derive/statistics/paired-difference.js";

interface Figures {
  readonly friedman: readonly { blocks: number[][]; chiSquared: number; p: number; kendallsW: number }[];
  readonly holm: readonly { p: number[]; adjusted: number[] }[];
  readonly mcnemar: readonly { onlyBaseline: number; onlyCandidate: number; p: number }[];
  readonly pairedBootstrap: readonly { differences: number[]; mean: number; low: number; high: number }[];
}

/** Figures of SciPy and statsmodels: scripts/reference-figures/paired_tests.py. */
const figures = JSON.parse(
  readFileSync(new URL("../../../reference-figures/paired-tests.json", import.meta.url), "utf8"),
) as Figures;

test.each(figures.friedman)("Friedman's test of $blocks is SciPy's", ({ blocks, chiSquared, p, kendallsW }) => {
  const found = friedmanTest(blocks);
  expect(found?.chiSquared).toBeCloseTo(chiSquared, 9);
  expect(found?.p).toBeCloseTo(p, 9);
  expect(found?.kendallsW).toBeCloseTo(kendallsW, 9);
});

test("Friedman's test needs two blocks, two treatments and a variation", () => {
  expect(friedmanTest([[1, 2]])).toBeUndefined();
  expect(friedmanTest([[1], [2]])).toBeUndefined();
  expect(
    friedmanTest([
      [1, 1],
      [2, 2],
    ]),
  ).toBeUndefined();
});

test.each(figures.holm)("Holm's adjustment of $p is that of statsmodels", ({ p, adjusted }) => {
  holmAdjusted(p).forEach((value, i) => expect(value).toBeCloseTo(adjusted[i] ?? NaN, 12));
});

test.each(figures.mcnemar)(
  "McNemar's exact test of $onlyBaseline and $onlyCandidate flips is that of statsmodels",
  ({ onlyBaseline, onlyCandidate, p }) => {
    const pairs = [
      ...Array.from({ length: onlyBaseline }, () => ({ baseline: true, candidate: false })),
      ...Array.from({ length: onlyCandidate }, () => ({ baseline: false, candidate: true })),
      { baseline: true, candidate: true },
      { baseline: false, candidate: false },
    ];
    expect(mcnemarTest(pairs)).toMatchObject({ onlyBaseline, onlyCandidate, both: 1, neither: 1 });
    expect(mcnemarTest(pairs).p).toBeCloseTo(p, 9);
  },
);

test.each(figures.pairedBootstrap)(
  "the paired bootstrap of a mean difference agrees with SciPy's up to the random draws",
  ({ differences, mean, low, high }) => {
    const pairs = differences.map((difference) => ({ baseline: 1, candidate: 1 + difference }));
    const found = pairedDifference(pairs, { confidence: 0.95, resamples: 5000, seed: 1 });
    expect(found?.mean).toBeCloseTo(mean, 10);
    const width = high - low;
    expect(Math.abs((found?.interval?.low ?? NaN) - low)).toBeLessThan(0.05 * width);
    expect(Math.abs((found?.interval?.high ?? NaN) - high)).toBeLessThan(0.05 * width);
    expect(pairedDifference(pairs, { confidence: 0.95, resamples: 5000, seed: 1 })).toEqual(found);
  },
);

test("a paired bootstrap of fewer than eight pairs has no interval", () => {
  const pairs = [1, 2, 3].map((baseline) => ({ baseline, candidate: baseline + baseline / 10 }));
  expect(pairedDifference(pairs, { confidence: 0.95, resamples: 500, seed: 1 })?.interval).toBeNull();
});

test("the influences on a mean give the interval of leaving each value out, in linear time", () => {
  const random = seededRandom(7);
  const differences = Array.from({ length: 40 }, () => random() ** 3 - 0.2);
  const options = { method: "BOOTSTRAP_BCA" as const, confidence: 0.95, resamples: 2000, seed: 3 };
  const leftOut = bootstrapInterval([differences], ([values = []]) => meanOf(values), options);
  const { interval } = pairedDifference(
    differences.map((candidate) => ({ baseline: 0, candidate })),
    options,
  ) ?? { interval: null };
  expect(interval?.low).toBeCloseTo(leftOut?.low ?? NaN, 12);
  expect(interval?.high).toBeCloseTo(leftOut?.high ?? NaN, 12);
  const draws = { method: "BOOTSTRAP_BCA" as const, resamples: 1000 };
  expect(bootstrapDraws([20_000], { ...draws, isMean: true })).toBe(1001 * 20_000);
  expect(bootstrapDraws([20_000], draws)).toBe(1000 * 20_000 + 20_000 ** 2);
});
