import { expect, test } from "vitest";
import { reportedHypotheses } from "#src/report/verdict-text.js";

test("H3 is reported by the evaluation loss first, where there is one", () => {
  const study = {
    hypotheses: [{ id: "H1" }, { id: "H2" }, { id: "H3", metric: "training" }],
    evaluatedHypotheses: [{ id: "H1" }, { id: "H2" }, { id: "H3", metric: "evaluation" }],
  };
  expect(reportedHypotheses(study, false)).toEqual(study.hypotheses);
  expect(reportedHypotheses(study, true)).toEqual([
    { id: "H1" },
    { id: "H2" },
    { id: "H3", metric: "evaluation" },
    { id: "H3", metric: "training" },
  ]);
});
