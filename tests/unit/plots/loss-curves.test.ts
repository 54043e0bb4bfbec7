import { expect, test } from "vitest";
import { lossCurves } from "#src/plots/kinds/loss-curves.js";

const subject = { name: "A study", baseModel: null, configurations: ["4bit"], hasRoles: false };
const curve = (run: string, byEpoch: boolean) => ({
  run,
  configuration: "4bit",
  rank: 8,
  curve: "loss",
  steps: [1, 2, 3],
  byEpoch,
  values: [3, 2, 1],
});

test("curves by epoch do not share an axis with curves by optimizer step", () => {
  const mixed = lossCurves(subject, { rank: null, curves: [curve("a", false), curve("b", true)] });
  expect(new Set(mixed.table.rows.map(([run]) => run))).toEqual(new Set(["a"]));
  expect(mixed.notes).toContain("Without 1 curve by epoch: their files give no optimizer steps.");
  expect(JSON.stringify(mixed.body)).toContain("optimizer step");
});

test("curves that are all by epoch are drawn by epoch", () => {
  const plot = lossCurves(subject, { rank: null, curves: [curve("a", true), curve("b", true)] });
  expect(plot.title).toBe("Loss by epoch");
  expect(JSON.stringify(plot.body)).toContain('"title":"epoch"');
  expect(plot.notes).toEqual([]);
});
