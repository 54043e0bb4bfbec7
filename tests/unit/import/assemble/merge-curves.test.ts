import { describe, expect, test } from "vitest";
import { mergeCurves } from "#src/import/assemble/merge-curves.js";

const log = { name: "loss", steps: [1, 2], values: [3, 2], source: "trainer_state.json" };
const event = (steps: number[]) => ({
  name: "train/loss",
  steps,
  values: steps.map((step) => 4 - step),
  wallTimes: steps.map((step) => 1.7e9 + step),
  file: "events",
});

describe("curves of a log and of an event file", () => {
  test("of the same steps are one curve of the log with the times of the events", () => {
    expect(mergeCurves([[log]], [event([1, 2])])).toEqual([{ ...log, wallTimes: [1.7e9 + 1, 1.7e9 + 2] }]);
  });

  test("of other steps stay apart: the longer one is kept with its own times and file", () => {
    expect(mergeCurves([[log]], [event([1])])).toEqual([log]);
    expect(mergeCurves([[log]], [event([1, 2, 3])])).toMatchObject([
      { name: "loss", steps: [1, 2, 3], wallTimes: [1.7e9 + 1, 1.7e9 + 2, 1.7e9 + 3], source: "events" },
    ]);
  });

  test("by epoch give way to those of optimizer steps, whatever their length", () => {
    const byEpoch = { ...event([1, 2, 3]), byEpoch: true };
    expect(mergeCurves([[log]], [byEpoch])).toEqual([log]);
    expect(mergeCurves([], [byEpoch, event([10])])).toMatchObject([{ steps: [10] }]);
    expect(mergeCurves([], [byEpoch])).toMatchObject([{ steps: [1, 2, 3], byEpoch: true }]);
  });
});
