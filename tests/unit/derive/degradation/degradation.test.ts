import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_SEED_ANALYSIS } from "#src/derive/degradation/seed-analysis.js";
import { degradation, degradationByRank, degradationsOf } from "#src/derive/degradation/degradation.js";
import { runs } from "../../../support/runs.js";

const rule = { metric: "training_loss", thresholdPercent: 5, twoSided: false };

describe("one seed each", () => {
  test("percent and absolute follow their definitions", () => {
    const { percent, absolute, acceptable, verdict } = degradation([1.9746823482513427], [2.0031534576416017], rule);
    // The figure that the study's authors published for r = 2.
    expect(percent).toBe(1.4418070539533232);
    expect(absolute).toBeCloseTo(0.028471109390259, 14);
    expect([acceptable, verdict]).toEqual([true, "ACCEPTABLE"]);
  });

  test("there is no interval and no standard deviation", () => {
    const { interval, baseline } = degradation([1], [1.01], rule);
    expect(interval).toBeNull();
    expect(baseline).toEqual({ mean: 1, standardDeviation: null, n: 1 });
  });

  test("the threshold itself is not acceptable", () => {
    expect(degradation([100], [105], rule).acceptable).toBe(false);
    expect(degradation([100], [104.999], rule).acceptable).toBe(true);
  });

  test("an improvement is acceptable, except by the notebook's two-sided rule", () => {
    expect(degradation([100], [90], rule).acceptable).toBe(true);
    expect(degradation([100], [90], { ...rule, twoSided: true }).acceptable).toBe(false);
  });
});

describe("several seeds", () => {
  interface Case {
    baseline: number[];
    candidate: number[];
    percent: number;
    low: number;
    high: number;
  }
  const url = new URL("../../../reference-figures/degradation.json", import.meta.url);
  const cases = JSON.parse(readFileSync(url, "utf8")) as Case[];

  test.each(cases)(
    "the interval of $candidate over $baseline is SciPy's",
    ({ baseline, candidate, percent, low, high }) => {
      const result = degradation(baseline, candidate, rule);
      expect(result.percent).toBeCloseTo(percent, 10);
      // Equal values show no variation between seeds.
      if (new Set(baseline).size === 1) {
        expect(result.interval).toBeNull();
        return;
      }
      expect(result.interval?.low).toBeCloseTo(low, 6);
      expect(result.interval?.high).toBeCloseTo(high, 6);
    },
  );

  test("an interval that straddles the threshold is inconclusive, one beyond it is not", () => {
    expect(degradation([1, 1.02], [1.0, 1.1], rule).verdict).toBe("INCONCLUSIVE");
    expect(degradation([1, 1.0001], [1.2, 1.2001], rule).verdict).toBe("UNACCEPTABLE");
  });
});

describe("an undefined degradation is null, with a reason", () => {
  test("if the candidate lacks the metric", () => {
    expect(degradation([], [1], rule)).toMatchObject({ percent: null, acceptable: null, verdict: "INCONCLUSIVE" });
    expect(degradation([1], [], rule).reason).toBe("No run of the candidate at this rank has training_loss.");
  });

  test("if the baseline is 0", () => {
    expect(degradation([0], [1], rule)).toMatchObject({
      percent: null,
      reason: expect.stringContaining("is 0") as string,
    });
  });

  test("if the study has one configuration", () => {
    const [only] = degradationByRank(runs([["16bit", 16, 2, { training_loss: 1 }]]), rule);
    expect(only?.degradation.reason).toContain("no two configurations");
  });

  test("if every run of the baseline diverged", () => {
    const study = runs([
      ["16bit", 16, 2, { training_loss: NaN }],
      ["4bit", 4, 2, { training_loss: 2 }],
    ]);
    expect(degradationByRank(study, rule)[0]?.degradation).toMatchObject({
      verdict: "INCONCLUSIVE",
      acceptable: null,
      baselineDiverged: 1,
      candidateDiverged: 0,
      reason: "All runs of 16bit at this rank diverged: training_loss is not finite.",
    });
  });
});

describe("runs that diverged", () => {
  test("make a rank unacceptable if every run of the candidate diverged", () => {
    expect(degradation([2, 2.1], [NaN, Infinity], rule)).toMatchObject({
      percent: null,
      acceptable: false,
      verdict: "UNACCEPTABLE",
      candidateDiverged: 2,
    });
  });

  test("keep the others from making a rank acceptable", () => {
    const { percent, ...found } = degradation([2, 2.01], [2.01, NaN], rule);
    expect(percent).toBeCloseTo(0.249, 3);
    expect(found).toMatchObject({
      acceptable: false,
      verdict: "INCONCLUSIVE",
      candidate: { n: 1 },
      candidateDiverged: 1,
      reason: "1 of 2 runs of the candidate diverged: training_loss is not finite.",
    });
  });

  test("do not change the verdict if the others are unacceptable", () => {
    expect(degradation([2], [3, NaN], rule).verdict).toBe("UNACCEPTABLE");
  });

  test("of the baseline make a rank inconclusive", () => {
    expect(degradation([2, NaN], [2, 2], rule)).toMatchObject({ acceptable: true, verdict: "INCONCLUSIVE" });
  });
});

test("the baseline is the configuration with the most bits, in any order of runs", () => {
  const study = runs([
    ["4bit", 4, 8, { training_loss: 2.2 }],
    ["8bit", 8, 8, { training_loss: 2.1 }],
    ["16bit", 16, 8, { training_loss: 2.0 }],
  ]);
  expect(degradationByRank(study, rule)[0]?.degradation.percent).toBeCloseTo(10, 12);
});

describe("verdicts of intervals", () => {
  test("a two-sided interval beyond both thresholds is inconclusive, for a positive or negative mean", () => {
    // Around 6 %, from below 0 to above 12 %: both ends are beyond +-5 %, and what lies between is not.
    const found = degradation([1, 1.1, 0.9], [1.06, 1.2, 0.92], { ...rule, twoSided: true });
    expect(found.acceptable).toBe(false);
    expect(found.interval?.low).toBeLessThan(-5);
    expect(found.verdict).toBe("INCONCLUSIVE");
  });

  test("the verdict follows from the position of the interval, for all samples and thresholds", () => {
    const values = fc.array(fc.double({ min: 1, max: 3, noNaN: true }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(
        values,
        values,
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.boolean(),
        (b, c, threshold, twoSided) => {
          const { interval, verdict } = degradation(b, c, { metric: "loss", thresholdPercent: threshold, twoSided });
          // Equal values have no interval, and neither has a baseline that may be 0.
          if (interval === null) return;
          const isAcceptable = (percent: number) => (twoSided ? Math.abs(percent) : percent) < threshold;
          const { low, high } = interval;
          const inside = Array.from({ length: 201 }, (_, i) => low + ((high - low) * i) / 200).map(isAcceptable);
          if (verdict === "ACCEPTABLE") expect(inside).not.toContain(false);
          if (verdict === "UNACCEPTABLE") expect(inside).not.toContain(true);
          if (new Set(inside).size > 1) expect(verdict).toBe("INCONCLUSIVE");
        },
      ),
    );
  });
});

describe("the better direction", () => {
  test("a falling accuracy is a degradation, and its interval is negated too", () => {
    const fall = degradation([0.8, 0.82], [0.7, 0.73], { ...rule, higherIsBetter: true });
    const rise = degradation([0.8, 0.82], [0.7, 0.73], rule);
    expect(fall.percent).toBeCloseTo(-(rise.percent ?? NaN), 12);
    expect(fall.percent).toBeGreaterThan(0);
    expect(fall.absolute).toBeLessThan(0);
    expect(fall.interval?.low).toBeCloseTo(-(rise.interval?.high ?? NaN), 12);
  });

  test("a negative metric, or one on both sides of 0, has an absolute difference and no percent", () => {
    const higher = { ...rule, metric: "log_likelihood", higherIsBetter: true };
    expect(degradation([-2], [-2.4], higher)).toMatchObject({
      percent: null,
      acceptable: null,
      verdict: "INCONCLUSIVE",
      certainty: null,
      absolute: expect.closeTo(-0.4, 12) as number,
      reason: "log_likelihood is negative, so a percent has no meaning. See absolute.",
    });
    const around = degradation([0.05, -0.04, 0.02], [0.06, 0.02, 0.01], rule);
    expect(around).toMatchObject({ percent: null, reason: expect.stringContaining("both sides of 0") as string });
    expect(around.absoluteInterval?.low).toBeLessThan(around.absolute ?? NaN);
  });

  test("an unknown direction is inconclusive, and the reason says how to state it", () => {
    expect(degradation([2], [2.01], { ...rule, metric: "score", higherIsBetter: null })).toMatchObject({
      percent: null,
      verdict: "INCONCLUSIVE",
      reason: expect.stringContaining("State it with higherIsBetter") as string,
    });
  });
});

describe("seeds that baseline and candidate have in common", () => {
  const seeded = (values: Record<number, number>) =>
    Object.entries(values).map(([seed, value]) => ({ seed: Number(seed), value }));
  const paired = { ...rule, analysis: { ...DEFAULT_SEED_ANALYSIS, paired: true } };

  test("give a narrower interval if they vary together", () => {
    const [b, c] = [seeded({ 1: 1.9, 2: 2.0, 3: 2.1 }), seeded({ 1: 1.96, 2: 2.06, 3: 2.165 })];
    const [apart, together] = [degradation(b, c, rule), degradation(b, c, paired)];
    expect(apart).toMatchObject({ paired: false, pairs: 3, intervalMethod: "WELCH_T" });
    expect(together).toMatchObject({ paired: true, pairs: 3, intervalMethod: "PAIRED_T", percent: apart.percent });
    const width = ({ interval }: typeof apart) => (interval?.high ?? NaN) - (interval?.low ?? NaN);
    expect(width(together)).toBeLessThan(width(apart) / 10);
    expect(together.test?.p).toBeLessThan(apart.test?.p ?? NaN);
    expect([apart.verdict, together.verdict]).toEqual(["INCONCLUSIVE", "ACCEPTABLE"]);
  });

  test("are used without the other seeds, and only if there are at least two", () => {
    const [b, c] = [seeded({ 1: 2, 2: 2.2, 9: 5 }), seeded({ 1: 2.1, 2: 2.25 })];
    expect(degradation(b, c, paired)).toMatchObject({ pairs: 2, paired: true, baseline: { n: 2, mean: 2.1 } });
    const one = degradation(b, seeded({ 1: 2.1, 8: 2.25 }), paired);
    expect(one).toMatchObject({ paired: false, pairs: 1, baseline: { n: 3 } });
    // The seeds 2, 2.2 and 5 vary so much that the baseline may be 0.
    expect(one.intervalReason).toBe(
      "Paired analysis needs at least two seeds that both baseline and candidate have (found: 1). " +
        "The baseline varies so much that no finite interval of a percent has the requested confidence (Fieller 1954).",
    );
    expect(one.verdict).toBe("INCONCLUSIVE");
  });

  test("do not include seeds with two runs, or unknown seeds", () => {
    const twice = [...seeded({ 1: 2, 2: 2 }), { seed: 1, value: 3 }];
    expect(degradation(twice, seeded({ 1: 2, 2: 2 }), paired).pairs).toBe(1);
    expect(degradation([1, 2], [1, 2], paired).pairs).toBe(0);
  });
});

test("a bootstrap interval has its method, repeats with its seed, and gives a reason if undefined", () => {
  const analysis = { ...DEFAULT_SEED_ANALYSIS, interval: "BOOTSTRAP_BCA", seed: 3 } as const;
  const baseline = [1.9, 2, 2.1, 2.05, 1.95, 2.01, 2.03, 1.99];
  const candidate = baseline.map((value, i) => value + 0.1 + 0.01 * (i % 3));
  const found = degradation(baseline, candidate, { ...rule, analysis });
  expect(found).toMatchObject({ intervalMethod: "BOOTSTRAP_BCA", certainty: "INTERVAL", intervalReason: null });
  expect(degradation(baseline, candidate, { ...rule, analysis })).toEqual(found);
  expect(degradation([2, 2], [2.1, 2.1], { ...rule, analysis })).toMatchObject({
    interval: null,
    intervalMethod: null,
    certainty: "POINT_ESTIMATE",
    intervalReason: expect.stringContaining("do not vary") as string,
  });
});

test("a bootstrap of fewer than 8 runs is replaced by Student's t, and the reason gives its coverage", () => {
  const analysis = { ...DEFAULT_SEED_ANALYSIS, interval: "BOOTSTRAP_PERCENTILE" } as const;
  const found = degradation([2, 2.05], [2.04, 2.12], { ...rule, analysis });
  expect(found).toMatchObject({
    intervalMethod: "WELCH_T",
    interval: degradation([2, 2.05], [2.04, 2.12], rule).interval,
    intervalReason: expect.stringContaining("covers about 67 % at n = 2") as string,
  });
});

describe("runs that are no independent repetitions", () => {
  const values = (value: number, seeds: number[], weights?: string) => seeds.map((seed) => ({ seed, value, weights }));

  test("count as one run if their seeds or weights are equal", () => {
    const seeds = degradation(values(2, [0, 0, 0]), [...values(2.08, [0, 0]), ...values(2.1, [0])], rule);
    expect(seeds).toMatchObject({
      interval: null,
      certainty: "POINT_ESTIMATE",
      baseline: { n: 1 },
      candidate: { n: 1 },
    });
    const copies = degradation(values(2, [0, 1, 2], "a"), values(2.08, [0, 1, 2], "b"), rule);
    expect(copies).toMatchObject({ interval: null, baseline: { n: 1 }, candidate: { n: 1 } });
  });

  test("give no interval of zero width if their values are equal", () => {
    const found = degradation([2, 2, 2], [2.08, 2.08, 2.08], rule);
    expect(found).toMatchObject({
      interval: null,
      certainty: "POINT_ESTIMATE",
      intervalReason: expect.stringContaining("The 3 values of the baseline are equal.") as string,
    });
    const constantRatio = { ...rule, analysis: { ...DEFAULT_SEED_ANALYSIS, paired: true } };
    const seeded = (list: number[]) => list.map((value, seed) => ({ seed, value }));
    expect(degradation(seeded([2, 4]), seeded([3, 6]), constantRatio).interval).toBeNull();
  });

  test("give a rank with a single run an interval only from the variation of all ranks", () => {
    const study = runs([
      ["16bit", 16, 2, { training_loss: 2 }, { seed: 1 }],
      ["16bit", 16, 2, { training_loss: 2.02 }, { seed: 2 }],
      ["4bit", 4, 2, { training_loss: 2.04 }, { seed: 1 }],
      ["4bit", 4, 2, { training_loss: 2.07 }, { seed: 2 }],
      ["16bit", 16, 4, { training_loss: 2 }, { seed: 1 }],
      ["4bit", 4, 4, { training_loss: 2.03 }, { seed: 1 }],
    ]);
    const alone = degradationByRank(study, rule)[1]?.degradation;
    expect(alone).toMatchObject({ interval: null, intervalReason: expect.stringContaining("candidate: 1") as string });
    const analysis = { ...DEFAULT_SEED_ANALYSIS, interval: "POOLED_T" } as const;
    const pooled = degradationByRank(study, { ...rule, analysis })[1]?.degradation;
    expect(pooled).toMatchObject({ intervalMethod: "POOLED_T", certainty: "INTERVAL", percent: alone?.percent });
    expect(alone?.intervalAssumption).toBeNull();
    expect(pooled?.intervalAssumption).toContain("at every rank and in both configurations");
  });
});

test("losses are also given in nats and as a ratio of perplexities", () => {
  const found = degradation([4.4], [4.62], { ...rule, metric: "eval_loss" });
  expect(found.percent).toBeCloseTo(5, 10);
  expect(found.nats).toBeCloseTo(0.22, 10);
  expect(found.perplexityRatio).toBeCloseTo(1.246, 3);
  expect(degradation([0.5], [0.4], { ...rule, metric: "accuracy" })).toMatchObject({
    nats: null,
    perplexityRatio: null,
  });
});

interface PooledSweep {
  readonly relativeDeviation: number;
  readonly degreesOfFreedom: number;
  readonly ranks: readonly {
    readonly rank: number;
    readonly baseline: readonly number[];
    readonly candidate: readonly number[];
    readonly low: number;
    readonly high: number;
    readonly holmP: number | null;
  }[];
}

/** Figures of SciPy and statsmodels: scripts/reference-figures/pooled.py. */
const sweeps = JSON.parse(
  readFileSync(new URL("../../../reference-figures/pooled.json", import.meta.url), "utf8"),
) as readonly PooledSweep[];

test.each(sweeps)("pooled intervals and Holm's p-values of the ranks are those of SciPy and statsmodels", (sweep) => {
  const names = { baseline: "16bit", candidate: "4bit" };
  const seeded = (values: readonly number[]) => values.map((value, seed) => ({ seed, value }));
  const ranks = sweep.ranks.map(({ rank, baseline, candidate }) => ({
    rank,
    baseline: seeded(baseline),
    candidate: seeded(candidate),
  }));
  const analysis = { ...DEFAULT_SEED_ANALYSIS, interval: "POOLED_T" } as const;
  const found = degradationsOf({ ranks, rule: { ...rule, analysis }, names });
  sweep.ranks.forEach(({ low, high, holmP }, i) => {
    const degradation = found[i]?.degradation;
    expect(degradation?.interval?.low).toBeCloseTo(low, 7);
    expect(degradation?.interval?.high).toBeCloseTo(high, 7);
    if (holmP === null) expect(degradation?.holmP).toBeNull();
    else expect(degradation?.holmP).toBeCloseTo(holmP, 9);
    expect(degradation?.intervalAssumption).toContain(`${(100 * sweep.relativeDeviation).toPrecision(3)} %`);
    expect(degradation?.intervalAssumption).toContain(`${sweep.degreesOfFreedom} degrees of freedom`);
  });
});
