import { expect, test } from "vitest";
import { studyOverview } from "#src/derive/tradeoffs/study-overview.js";
import { runs } from "../../../support/runs.js";

const RULE = { metric: "training_loss", thresholdPercent: 5, twoSided: false };

test("an overview has the degradations, r* and the mean memory saving over complete ranks", () => {
  const overview = studyOverview(
    runs([
      ["16bit", 16, 2, { training_loss: 2, peak_memory_mb: 100 }],
      ["4bit", 4, 2, { training_loss: 2.2, peak_memory_mb: 40 }],
      ["16bit", 16, 4, { training_loss: 2, peak_memory_mb: 100 }],
      ["4bit", 4, 4, { training_loss: 2.02, peak_memory_mb: 20 }],
      ["16bit", 16, 8, { training_loss: 2 }],
    ]),
    RULE,
  );
  expect(overview.degradations.map(({ rank, degradation }) => [rank, degradation.acceptable])).toEqual([
    [2, false],
    [4, true],
    [8, null],
  ]);
  expect(overview.minimumViableRank).toMatchObject({ rank: 4, bound: "EXACT" });
  expect(overview.memoryReductionPercent).toBeCloseTo(70, 12);
});

test("an overview of runs that cannot be compared has a reason and no values", () => {
  const overview = studyOverview(runs([["16bit", 16, 2, { training_loss: 2, peak_memory_mb: 100 }]]), RULE);
  expect(overview.memoryReductionPercent).toBeNull();
  expect(overview.minimumViableRank.bound).toBe("NONE");
  expect(overview.degradations[0]?.degradation.reason).toContain("no two configurations");
  expect(studyOverview([], RULE)).toMatchObject({ degradations: [], memoryReductionPercent: null });
});
