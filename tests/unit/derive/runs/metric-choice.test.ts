import { describe, expect, test } from "vitest";
import { choiceName, withChosenMetric, type MetricChoice } from "#src/derive/runs/metric-choice.js";
import { runs } from "../../../support/runs.js";

const all = runs([
  ["16bit", 16, 8, { training_loss: 1 }],
  ["4bit", 4, 8, { training_loss: 2 }],
]);
const curve = { steps: [10, 20, 30, 40], values: [3, 1.5, NaN, 1.75] };
const curves = new Map([["run 0", curve]]);

function chosen(choice: Partial<MetricChoice>) {
  const full = { key: "training_loss", point: "RECORDED", higherIsBetter: false, ...choice } as const;
  return all.map((run) => withChosenMetric(run, full, curves.get(run.id)).metrics.get(choiceName(full)));
}

describe("the value that represents a run", () => {
  test("is its recorded scalar", () => expect(chosen({})).toEqual([1, 2]));
  test("is the best of its curve, in the better direction", () => {
    expect(chosen({ point: "BEST" })).toEqual([1.5, undefined]);
    expect(chosen({ point: "BEST", higherIsBetter: true })).toEqual([3, undefined]);
  });
  test("is the last value, NaN if the run diverged", () => {
    expect(chosen({ point: "LAST" })).toEqual([1.75, undefined]);
    const [run] = all;
    const diverged = { steps: [10, 20], values: [3, NaN] };
    const last = { key: "training_loss", point: "LAST", higherIsBetter: false } as const;
    expect(run && withChosenMetric(run, last, diverged).metrics.get(choiceName(last))).toBeNaN();
  });
  test("is the value at exactly that step, without interpolation", () => {
    expect(chosen({ point: "STEP", step: 20 })).toEqual([1.5, undefined]);
    expect(chosen({ point: "STEP", step: 25 })).toEqual([undefined, undefined]);
    const [run] = all;
    const step = { key: "training_loss", point: "STEP", step: 20, higherIsBetter: false } as const;
    const epochs = { ...curve, byEpoch: true };
    expect(run && withChosenMetric(run, step, epochs).metrics.get(choiceName(step))).toBeUndefined();
  });
});

test("the name of a choice uses the name of its curve", () => {
  const choice = { key: "training_loss", higherIsBetter: false };
  expect(choiceName({ ...choice, point: "BEST" })).toBe("the best loss");
  expect(choiceName({ ...choice, point: "STEP", step: 5 })).toBe("loss at step 5");
});
