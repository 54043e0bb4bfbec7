import { expect, test } from "vitest";
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

test("the run with the lowest loss within the budget is recommended; all others have a reason", () => {
  const { run, alternatives } = recommend(study, budget);
  expect(run?.name).toBe("4bit_r8");
  expect(Object.fromEntries(alternatives.map(({ run: { name }, rejectedBecause }) => [name, rejectedBecause]))).toEqual(
    {
      "16bit_r2": "Peak memory is 11600 MB (maximum: 4000 MB).",
      "4bit_r2": "Its degradation is 3.00 % (maximum: 2 %).",
      "16bit_r8": "Peak memory is 11630 MB (maximum: 4000 MB).",
      "4bit_r16": "Its degradation is unknown. No run of the baseline at this rank has training_loss.",
    },
  );
});

test("without limits, the run with the lowest loss is recommended; others name it", () => {
  const { run, alternatives } = recommend(study, { ...budget, memoryMb: null, degradationPercent: null });
  expect(run?.name).toBe("16bit_r8");
  expect(alternatives.find(({ run: { name } }) => name === "4bit_r16")?.rejectedBecause).toBe(
    "Its training_loss, 1.9200, is not lower than the 1.9000 of 16bit_r8.",
  );
});

test("a run without a recorded value does not fit the budget", () => {
  const { run, alternatives } = recommend(runs([["4bit", 4, 2, { training_loss: 1 }]]), budget);
  expect(run).toBeNull();
  expect(alternatives[0]?.rejectedBecause).toBe("Peak memory was not recorded.");
});
