import { expect, test } from "vitest";
import type { Context } from "#src/graphql/context.js";
import type { MeasuredStudy } from "#src/analysis/judged-study.js";
import { runsSimilarityFacts } from "#src/plots/read-weights.js";
import type { StudyPlotArguments } from "#src/graphql/plot/plot-types.js";

test("more runs than a matrix shows are refused with what to do, and not cut", async () => {
  const experiments = Array.from({ length: 65 }, (_, i) => ({
    ...{ id: String(i), name: `run ${i}`, rank: { id: "r", r: i < 64 ? 2 : 4 } },
    checkpoints: [{ id: `c${i}`, isFinal: true }],
  }));
  // No loader is there to be asked: it is refused before anything is read.
  const context = { loaders: {}, waitMilliseconds: 0 } as unknown as Context;
  const { facts, pendingJobs } = await runsSimilarityFacts(
    context,
    { experiments } as unknown as MeasuredStudy,
    { scaling: "ADAPTER" } as StudyPlotArguments,
  );
  expect(facts.matrix).toEqual({ missing: "65 runs have weights, and a picture has at most 64: ask for one rank." });
  expect(facts.runs).toHaveLength(65);
  expect(pendingJobs).toEqual([]);
});
