import { expect, test } from "vitest";
import { degradationByRank } from "#src/derive/degradation/degradation.js";
import { runSteps } from "#src/derive/steps.js";
import { degradationTrend, memoryTrend } from "#src/derive/degradation/rank-trend.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import { runs } from "../../../support/runs.js";

const rule = { metric: "training_loss", thresholdPercent: 5, twoSided: false };

function sweep(percents: Record<number, number>, memory = (rank: number) => 3000 + 1.5 * rank) {
  return runs(
    Object.entries(percents).flatMap(([r, percent]) => [
      ["16bit", 16, Number(r), { training_loss: 2 }] as const,
      ["4bit", 4, Number(r), { training_loss: 2 + percent / 50, peak_memory_mb: memory(Number(r)) }] as const,
    ]),
  );
}
const memory = (all: ReturnType<typeof runs>, ranks: number[]) => {
  const roles = inferRoles(all);
  if (roles === undefined) throw new Error("no roles");
  return runSteps(memoryTrend(all, roles.candidate, "peak_memory_mb", ranks));
};

test("memory that is linear in the rank is predicted near the tested ranks, with an interval", () => {
  const noisy = sweep({ 2: 1, 4: 1, 8: 1, 16: 1 }, (rank) => 3000 + 1.5 * rank + (rank === 4 ? 0.5 : 0));
  const { rSquared, predictions, refusedBecause } = memory(noisy, [6, 32, 33, 1]);
  expect(refusedBecause).toBeNull();
  expect(rSquared).toBeGreaterThan(0.99);
  const [six, thirtyTwo, far, one] = predictions;
  expect(Math.abs((six?.value ?? NaN) - 3009)).toBeLessThan(0.5);
  expect(six?.interval?.low).toBeLessThan(3009);
  expect(six?.interval?.high).toBeGreaterThan(3009);
  const width = (interval: typeof six) => (interval?.interval?.high ?? NaN) - (interval?.interval?.low ?? NaN);
  expect(width(thirtyTwo)).toBeGreaterThan(width(six));
  expect(far).toMatchObject({
    value: null,
    interval: null,
    refusedBecause: expect.stringContaining("factor of 2") as string,
  });
  expect(one?.value).not.toBeNull();
});

test("nothing is predicted from three ranks, without a trend, or from an insignificant slope", () => {
  expect(memory(sweep({ 2: 1, 4: 1, 8: 1 }), [16]).refusedBecause).toBe(
    "A trend needs at least 4 tested ranks (found: 3).",
  );
  const degradations = (percents: Record<number, number>) =>
    degradationTrend(degradationByRank(sweep(percents), rule), "training_loss", [32]);
  const flat = degradations({ 2: 1.44, 4: 1.37, 8: 1.33, 16: 1.42 });
  expect(flat).toMatchObject({ predictions: [], refusedBecause: expect.stringContaining("of the variance") as string });
  const chance = degradations({ 2: 4, 4: 1.2, 8: 1.1, 16: 0 });
  expect(chance.rSquared).toBeGreaterThan(0.8);
  expect(chance.refusedBecause).toContain("is not significant");
});

test("degradation that falls with the logarithm of the rank is predicted", () => {
  const found = degradationTrend(degradationByRank(sweep({ 1: 8.1, 2: 6, 4: 3.9, 8: 2 }), rule), "training_loss", [16]);
  expect(found).toMatchObject({ model: "LINEAR_IN_LOG2_RANK", refusedBecause: null, n: 4 });
  expect(Math.abs((found.predictions[0]?.value ?? NaN) + 0.1)).toBeLessThan(0.2);
});

test("memory is fitted over runs of one data set and one method only, and the trend says what was left out", () => {
  const ranks = [2, 4, 8, 16];
  const rows = (data: string, memory: (rank: number) => number, which = ranks) =>
    which.map(
      (r) => ["4bit", 4, r, { peak_memory_mb: memory(r), training_loss: 2 }, { data: { dataset: data } }] as const,
    );
  const all = runs([
    ...ranks.map((r) => ["16bit", 16, r, { training_loss: 2 }] as const),
    ...rows("alpaca", (r) => 3000 + r),
    // Longer texts need more memory, which a fit of both data sets would take for an effect of the rank.
    ...rows("books", (r) => 9000 + r, [8, 16]),
  ]);
  const found = memory(all, [32]);
  expect(found).toMatchObject({ n: 4, refusedBecause: null });
  expect(found.slope).toBeCloseTo(1, 9);
  expect(found.leftOut).toBe(
    "Only runs of dataset alpaca are fitted, because memory depends on method, task and data set. " +
      "Left out: dataset books (2 runs).",
  );
  expect(memory(sweep({ 2: 1, 4: 1, 8: 1, 16: 1 }), [32]).leftOut).toBeNull();
});

test("runs with equal seeds are one point of the fit", () => {
  const twice = sweep({ 2: 1, 4: 1, 8: 1, 16: 1 }).flatMap((run) => [
    { ...run, seed: 1 },
    { ...run, seed: 1, id: `${run.id} again` },
  ]);
  expect(memory(twice, [32]).n).toBe(4);
});
