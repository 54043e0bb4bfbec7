import { expect, test } from "vitest";
import { metricDirection } from "#src/analysis/runs/metric-direction.js";

test("the directions that evaluations state are read once, whatever the number of names that a request gives", () => {
  let reads = 0;
  const experiments = Array.from({ length: 1_000 }, (_, i) => ({
    studyDirections: {},
    get metrics() {
      reads += 1;
      return [
        { name: "task/acc", value: i, source: "", higherIsBetter: true },
        { name: "task/loss", value: i, source: "", higherIsBetter: i % 2 === 0 },
        { name: "task/other", value: i, source: "", higherIsBetter: null },
      ];
    },
  }));
  expect(metricDirection(experiments, "task/acc")).toEqual({ higherIsBetter: true, source: "EVALUATION" });
  expect(metricDirection(experiments, "task/loss")).toEqual({ higherIsBetter: null, source: null });
  for (let i = 0; i < 300; i++) metricDirection(experiments, `task/${i}`);
  expect(reads).toBe(experiments.length);
});
