import { describe, expect, test } from "vitest";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import { lowMemorySaving } from "#src/derive/failure-modes/low-memory-saving.js";
import { compareCosts } from "#src/derive/tradeoffs/cost-comparison.js";
import { diagnosticSummary } from "#src/derive/tradeoffs/diagnostic-summary.js";
import { evidenceOf } from "../../../support/evidence.js";
import { runs } from "../../../support/runs.js";

function study(baselines: readonly number[], candidates: readonly number[], rest: Partial<Run> = {}): Run[] {
  const row = (label: string, bits: number) => (memory: number, i: number) =>
    [label, bits, 8, { peak_memory_mb: memory, time_per_step_seconds: memory / 1000 }, { seed: i, ...rest }] as const;
  return runs([...baselines.map(row("16bit", 16)), ...candidates.map(row("4bit", 4))]);
}

function costs(all: readonly Run[]) {
  const roles = inferRoles(all);
  if (roles === undefined) throw new Error("no roles");
  return compareCosts(all, roles, 8, "peak_memory_mb");
}

describe("the costs of a rank", () => {
  test("are means over all seeds, with n, spread and an interval of the ratio", () => {
    // SciPy: delta method of the ratio with Welch's degrees of freedom (3.4479), as relativeChangeInterval is tested.
    const found = costs(study([10000, 10200, 9800], [4000, 4100, 3900]));
    expect(found.baseline).toEqual({ mean: 10000, n: 3, standardDeviation: 200 });
    expect(found.candidate).toEqual({ mean: 4000, n: 3, standardDeviation: 100 });
    expect(found).toMatchObject({ ratio: 0.4, certainty: "INTERVAL", reason: null });
    const error = Math.sqrt((100 ** 2 + (0.4 * 200) ** 2) / 3) / 10000;
    expect(((found.interval?.high ?? 0) - (found.interval?.low ?? 0)) / 2 / error).toBeGreaterThan(2.776);
    expect(((found.interval?.high ?? 0) - (found.interval?.low ?? 0)) / 2 / error).toBeLessThan(2.95);
  });

  test("of a single run are a point estimate that says so", () => {
    const found = costs(study([10000, 10200], [4000]));
    expect(found).toMatchObject({ certainty: "POINT_ESTIMATE", interval: null });
    expect(found.reason).toContain("4bit has a single run.");
  });

  test("of equal values show no variation", () => {
    expect(costs(study([10000, 10000, 10000], [4000, 4100, 3900])).reason).toContain("3 values of 16bit are equal");
  });

  test("of runs with equal seeds count once", () => {
    expect(costs(study([10000, 10200], [4000, 4100], { seed: 7 })).baseline).toMatchObject({ n: 1, mean: 10100 });
  });

  test("of different data sets have no mean", () => {
    const mixed = study([10000, 12000], [4000, 4100]).map((run, i) => ({ ...run, data: { dataset: `set ${i % 2}` } }));
    expect(costs(mixed)).toMatchObject({ baseline: null, ratio: null, certainty: null });
    expect(costs(mixed).reason).toContain("not averaged over different tasks or data sets");
  });

  test("give the notebook's table its intervals, lower bound first", () => {
    const summary = diagnosticSummary(study([10000, 10200, 9800], [4000, 4100, 3900]), 8, undefined);
    expect(summary.memoryReductionPercent).toBeCloseTo(60, 12);
    expect(summary.memory.interval?.low).toBeLessThan(60);
    expect(summary.memory.interval?.high).toBeGreaterThan(60);
    expect(summary.speedup).toBeCloseTo(2.5, 12);
    expect(summary.timePerStep.interval?.low).toBeLessThan(2.5);
    expect(summary.timePerStep.interval?.high).toBeGreaterThan(2.5);
  });

  test("are a failure mode only if their interval is beyond the minimum", () => {
    const detect = (candidates: readonly number[]) =>
      lowMemorySaving.detect(evidenceOf(study([10000, 10200, 9800], candidates)));
    expect(detect([5100, 5600, 4900])).toBeUndefined();
    expect(detect([7000, 7100, 6900])?.evidence[0]?.label).toBe("memory saved at r = 8 (3 runs each)");
  });
});
