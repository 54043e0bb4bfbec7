import { expect, test } from "vitest";
import { jsonReport } from "#src/report/json.js";
import type { StudyReport } from "#src/report/study-report.js";

test("the report as JSON is what JSON.stringify writes", () => {
  const report = {
    name: 'a "name"\nof two lines',
    tags: [],
    experiments: [{ name: "one", rank: { r: 2 }, seeds: [1, null] }, null, [[1]], "text\n"],
    ranks: [{ degradation: {} }],
    recommendation: { because: "x", alternatives: [{ a: 1 }] },
    left: undefined,
    thresholdPercent: 5,
  } as unknown as StudyReport;
  expect([...jsonReport(report)].join("")).toBe(`${JSON.stringify(report, null, 2)}\n`);
});
