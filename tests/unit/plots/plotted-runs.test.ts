import { expect, test } from "vitest";
import { lossCurvesKind } from "#src/plots/kinds/loss-curves.js";
import { memoryVsPerformanceKind } from "#src/plots/kinds/memory-vs-performance.js";
import { MAX_PLOTTED_RUNS } from "#src/plots/parts/plotted-runs.js";
import type { PlotRequest } from "#src/plots/plot-kind.js";
import { missingReason } from "#src/plots/plot.js";
import { runs } from "../../support/runs.js";

test.each([memoryVsPerformanceKind, lossCurvesKind])(
  "a plot of more runs than it can show reads and draws none, and says what to request instead",
  async ({ plot }) => {
    const many = runs(Array.from({ length: MAX_PLOTTED_RUNS + 1 }, (_, i) => ["4bit", 4, i, { training_loss: 2 }]));
    const measured = { runs: many, experiments: [], roles: undefined, metric: "training_loss", higherIsBetter: false };
    // Without a context, any read would fail.
    const request = { study: { name: "sweep", baseModel: null }, measured, options: {} } as unknown as PlotRequest;
    const { plot: refused } = await plot(request);
    expect(missingReason(refused)).toBe(
      "2001 runs; a plot shows at most 2000. Request a single rank, or download the table of runs.",
    );
    expect(refused.table.rows).toEqual([]);
  },
);
