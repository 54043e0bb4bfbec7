import { describe, expect, test } from "vitest";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { recommend } from "#src/derive/tradeoffs/recommend.js";
import { runs } from "../../../support/runs.js";

const study = runs([
  ["16bit", 16, 2, { training_loss: 2.0, peak_memory_mb: 11_600 }],
  ["4bit", 4, 2, { training_loss: 2.06, peak_memory_mb: 3_280 }],
  ["16bit", 16, 8, { training_loss: 1.9, peak_memory_mb: 11_630 }],
  ["4bit", 4, 8, { training_loss: 1.93, peak_memory_mb: 3_290 }],
  ["4bit", 4, 16, { training_loss: 1.92, peak_memory_mb: 3_300 }],
]);

const budget = { metric: "training_loss", memoryMb: 4000, degradationPercent: 2 };
const unlimited = { metric: "training_loss", memoryMb: null, degradationPercent: null };

function reasons(all: readonly Run[], limits: typeof budget | typeof unlimited) {
  const { alternatives } = recommend(all, limits);
  return Object.fromEntries(alternatives.map(({ run: { name }, rejectedBecause }) => [name, rejectedBecause]));
}

describe("of configurations with one run each", () => {
  test("the one with the lowest loss within the budget is recommended; all others have a reason", () => {
    const { result, because, heldOut } = recommend(study, budget);
    expect(result).toMatchObject({ configuration: "4bit", rank: 8, certainty: "POINT_ESTIMATE", interval: null });
    expect(because).toContain("point estimate");
    expect(heldOut).toMatchObject({
      value: undefined,
      reason: expect.stringContaining("Fewer than two fitting configurations have 2 seeds.") as string,
    });
    expect(reasons(study, budget)).toEqual({
      "16bit_r2": "Peak memory is 11600 MB (maximum: 4000 MB).",
      "4bit_r2": "Its degradation is 3.00 % (maximum: 2 %).",
      "16bit_r8": "Peak memory is 11630 MB (maximum: 4000 MB).",
      "4bit_r16": "Its degradation is unknown. No run of 16bit at this rank has training_loss.",
    });
  });

  test("without limits, the one with the lowest loss is recommended; others name it", () => {
    expect(recommend(study, unlimited).result).toMatchObject({ configuration: "16bit", rank: 8 });
    expect(reasons(study, unlimited)["4bit_r16"]).toBe(
      "Its mean training_loss, 1.9200, is not lower than the 1.9000 of 16bit at r = 8.",
    );
  });

  test("one without a recorded value does not fit the budget", () => {
    const { result, alternatives } = recommend(runs([["4bit", 4, 2, { training_loss: 1 }]]), budget);
    expect(result).toBeNull();
    expect(alternatives[0]?.rejectedBecause).toBe("Peak memory was not recorded.");
  });

  test("nothing is recommended by a metric that no run has, or whose direction is unknown", () => {
    expect(recommend(study, { ...unlimited, metric: "eval_loss" })).toMatchObject({
      result: null,
      because: "No run has a finite eval_loss.",
    });
    expect(recommend(study, { ...unlimited, higherIsBetter: null }).because).toContain("State it with higherIsBetter");
  });
});

describe("of configurations with several seeds", () => {
  const seeds = (bits: number, rank: number, losses: number[]) =>
    losses.map(
      (loss, seed) =>
        [`${bits}bit`, bits, rank, { training_loss: loss, peak_memory_mb: 100 * bits }, { seed }] as const,
    );

  test("a lucky seed does not make its configuration fit", () => {
    const lucky = runs([...seeds(16, 8, [2, 2.02, 2.01]), ...seeds(4, 8, [2, 2.3, 2.31])]);
    const { result, alternatives } = recommend(lucky, {
      metric: "training_loss",
      memoryMb: 500,
      degradationPercent: 5,
    });
    expect(result).toBeNull();
    expect(alternatives.map(({ rejectedBecause }) => rejectedBecause)).toEqual([
      "Peak memory is 1600 MB (maximum: 500 MB).",
      "Its degradation is 9.62 % (maximum: 5 %).",
    ]);
  });

  test("means that do not differ beyond the variation between seeds are tied, and the smaller rank is recommended", () => {
    const tied = runs([
      ...seeds(16, 8, [2, 2.1, 2.05]),
      ...seeds(16, 2, [2.02, 2.09, 2.06]),
      ...seeds(16, 1, [3, 3.1, 3.2]),
    ]);
    const { result, because } = recommend(tied, unlimited, null);
    expect(result).toMatchObject({ rank: 2, certainty: "INTERVAL", sample: { n: 3 }, worst: 2.09 });
    expect(because).toContain("does not differ beyond the variation between seeds from the lowest");
    expect(result?.typical.seed).toBe(2);
  });

  test("the value on seeds that were left out is worse than the mean of the best by luck", () => {
    const noise = runs([...seeds(16, 8, [1, 3, 3]), ...seeds(16, 2, [3, 1, 3]), ...seeds(16, 1, [3, 3, 1])]);
    // Without a seed, the best configuration is one that had its luck on another seed.
    const { heldOut } = recommend(noise, unlimited, null);
    expect(heldOut).toEqual({ value: { mean: 3, seeds: 3, configurations: 3 }, reason: null });
    // A configuration with one seed has no other seed to be chosen by. The others keep their value.
    const withSingle = recommend([...noise, ...runs([["8bit", 8, 4, { training_loss: 2 }]])], unlimited, null);
    expect(withSingle.heldOut).toEqual({
      value: { mean: 3, seeds: 3, configurations: 3 },
      reason: "Without 8bit at r = 4: fewer than 2 known seeds with one run each.",
    });
  });

  test("there is no value on left-out seeds if the configurations have fewer than two seeds in common", () => {
    const apart = runs([...seeds(16, 8, [1, 2]), ...seeds(16, 2, [0, 0, 1, 2]).slice(2)]);
    const { heldOut } = recommend(apart, unlimited, null);
    expect(heldOut).toEqual({
      value: undefined,
      reason: "The fitting configurations have 0 seeds in common (needed: 2).",
    });
  });

  test("a configuration with a diverged run does not fit", () => {
    const diverged = runs([...seeds(16, 8, [2, 2.1]), ...seeds(16, 2, [1, NaN])]);
    const { result, alternatives } = recommend(diverged, unlimited, null);
    expect(result?.rank).toBe(8);
    expect(alternatives[0]?.rejectedBecause).toBe("1 of its 2 runs diverged: training_loss is not finite.");
  });
});
