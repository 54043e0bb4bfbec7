import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { degradation, degradationByRank } from "#src/derive/degradation.js";
import { runs } from "../../support/runs.js";

const rule = { metric: "training_loss", thresholdPercent: 5, twoSided: false };

describe("one seed a side", () => {
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

  test("an improvement is acceptable, except to the notebook's two-sided rule", () => {
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
  const url = new URL("../../reference/degradation.json", import.meta.url);
  const cases = JSON.parse(readFileSync(url, "utf8")) as Case[];

  test.each(cases)(
    "the interval of $candidate over $baseline is SciPy's",
    ({ baseline, candidate, percent, low, high }) => {
      const result = degradation(baseline, candidate, rule);
      expect(result.percent).toBeCloseTo(percent, 10);
      expect(result.interval?.low).toBeCloseTo(low, 6);
      expect(result.interval?.high).toBeCloseTo(high, 6);
    },
  );

  test("an interval that straddles the threshold is inconclusive, one beyond it is not", () => {
    expect(degradation([1, 1.02], [1.0, 1.1], rule).verdict).toBe("INCONCLUSIVE");
    expect(degradation([1, 1.0001], [1.2, 1.2001], rule).verdict).toBe("UNACCEPTABLE");
  });
});

describe("what is undefined is null, with a reason", () => {
  test("a side without the metric", () => {
    expect(degradation([], [1], rule)).toMatchObject({ percent: null, acceptable: null, verdict: "INCONCLUSIVE" });
    expect(degradation([1], [], rule).reason).toBe("the candidate has no training_loss at this rank");
  });

  test("a baseline of 0", () => {
    expect(degradation([0], [1], rule)).toMatchObject({
      percent: null,
      reason: expect.stringContaining("is 0") as string,
    });
  });

  test("a study of one configuration", () => {
    const [only] = degradationByRank(runs([["16bit", 16, 2, { training_loss: 1 }]]), rule);
    expect(only?.degradation.reason).toContain("no two configurations");
  });

  test("a loss that is NaN counts as not recorded", () => {
    const study = runs([
      ["16bit", 16, 2, { training_loss: NaN }],
      ["4bit", 4, 2, { training_loss: 2 }],
    ]);
    expect(degradationByRank(study, rule)[0]?.degradation.reason).toBe("16bit has no training_loss at this rank");
  });
});

test("the baseline is the configuration of the most bits, whatever the order of the runs", () => {
  const study = runs([
    ["4bit", 4, 8, { training_loss: 2.2 }],
    ["8bit", 8, 8, { training_loss: 2.1 }],
    ["16bit", 16, 8, { training_loss: 2.0 }],
  ]);
  expect(degradationByRank(study, rule)[0]?.degradation.percent).toBeCloseTo(10, 12);
});
