import { expect, test } from "vitest";
import type { AnalysisContext } from "#src/analysis/request/analysis-context.js";
import type { MeasuredStudy } from "#src/analysis/judgement/measured-study.js";
import { readRunsSimilarity } from "#src/plots/kinds/similarity-matrix.js";
import type { StudyPlotOptions } from "#src/plots/plot-kind.js";
import type { Study } from "#src/store/studies/studies.js";

test("a matrix of more runs than a plot shows is rejected with a hint, and not truncated", async () => {
  const experiments = Array.from({ length: 65 }, (_, i) => ({
    id: String(i),
    name: `run ${i}`,
    rank: { id: "r", r: i < 64 ? 2 : 4 },
    checkpoints: [{ id: `c${i}`, isFinal: true }],
    finalCheckpointId: `c${i}`,
  }));
  const { facts, pendingJobs } = await readRunsSimilarity({
    // It is rejected before anything is read, so no loader is needed.
    context: { loaders: {}, waitMilliseconds: 0 } as unknown as AnalysisContext,
    study: {} as Study,
    measured: { experiments } as unknown as MeasuredStudy,
    options: { scaling: "ADAPTER" } as StudyPlotOptions,
  });
  expect(facts.matrix).toEqual({
    missing: "65 runs have weights; a plot shows at most 64. Request a single rank.",
  });
  expect(facts.runs).toHaveLength(65);
  expect(pendingJobs).toEqual([]);
});
