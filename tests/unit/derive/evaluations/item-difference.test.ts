import { expect, test } from "vitest";
import { compareEvaluations } from "#src/derive/evaluations/compare-evaluations.js";
import { itemDifference } from "#src/derive/evaluations/item-difference.js";
import { itemUncertainty } from "#src/derive/evaluations/item-uncertainty.js";
import { twoSidedNormalP } from "#src/derive/statistics/normal-test.js";
import type { EvaluationRecord } from "#src/model/evaluations.js";

// The expected numbers were computed with SciPy 1.17.1 (norm.sf, norm.ppf) in float64.

test.each([
  [0.5, 0.6170750774519738],
  [-1.96, 0.04999579029644087],
  [2.999, 0.0027086730674542115],
  [3, 0.0026997960632601866],
  [5, 5.733031437583866e-7],
  [-12, 3.552964224155306e-33],
  [37, 1.1451142445047853e-299],
])("the two-sided p of z = %d is that of SciPy", (z, p) => {
  expect(twoSidedNormalP(z) / p).toBeCloseTo(1, 9);
});

test("a difference of two evaluations has a normal interval, and a percent by the delta method", () => {
  const baseline = { value: 0.625, standardError: 0.0225 };
  const candidate = { value: 0.58, standardError: 0.0231 };
  const difference = itemDifference(baseline, candidate, true, 0.95);
  expect(difference.standardError).toBeCloseTo(0.032246860312284666, 14);
  expect(difference.z).toBeCloseTo(-1.3954846941442227, 12);
  expect(difference.p).toBeCloseTo(0.16286972717370052, 12);
  expect(difference.absoluteInterval?.low).toBeCloseTo(-0.10820268482657203, 10);
  expect(difference.absoluteInterval?.high).toBeCloseTo(0.018202684826571947, 10);
  expect(difference.percent).toBeCloseTo(7.2, 12);
  expect(difference.percentInterval?.low).toBeCloseTo(-2.564744480638387, 8);
  expect(difference.percentInterval?.high).toBeCloseTo(16.9647444806384, 8);
  expect(difference.reason).toBeNull();
});

test("what is unknown is null with its reason", () => {
  const known = { value: 0.5, standardError: 0.01 };
  expect(itemDifference(undefined, known, true, 0.95)).toMatchObject({
    absolute: null,
    reason: "The baseline has no such result.",
  });
  expect(itemDifference(known, { value: NaN, standardError: 0.1 }, true, 0.95)).toMatchObject({
    absolute: null,
    reason: "The value of the candidate is NaN or infinite.",
  });
  expect(itemDifference(known, { value: 0.75, standardError: null }, true, 0.95)).toMatchObject({
    absolute: 0.25,
    percent: -50,
    z: null,
    reason: "The file of the candidate has no standard error.",
  });
  expect(itemDifference(known, known, null, 0.95)).toMatchObject({ p: 1, percent: null, percentInterval: null });
  expect(itemDifference(known, known, null, 0.95).reason).toContain("not known");
  const perfect = { value: 1, standardError: 0 };
  expect(itemDifference(perfect, perfect, true, 0.95)).toMatchObject({ absolute: 0, z: null, p: null });
  // A percent of a baseline near 0 has no finite interval.
  expect(itemDifference({ value: 0.02, standardError: 0.01 }, known, true, 0.95)).toMatchObject({
    percentInterval: null,
  });
});

function evaluation(task: string, value: number, rest: Partial<EvaluationRecord> = {}): EvaluationRecord {
  const measured = { value, standardError: 0.02, sampleCount: 600, shots: 0, taskVersion: "1", higherIsBetter: true };
  const place = { source: "results_1.json", position: 0, filter: null, subtasks: [], tool: "lighteval" } as const;
  return { ...place, ...measured, name: `${task}/acc`, task, metric: "acc", ...rest };
}

test("evaluations are compared task by task, with Holm's correction over the tasks but not their groups", () => {
  const baseline = [
    evaluation("a", 0.5),
    evaluation("b", 0.5),
    evaluation("all", 0.5, { subtasks: ["a", "b"] }),
    evaluation("only", 0.5),
  ];
  const candidate = [evaluation("a", 0.4), evaluation("b", 0.45), evaluation("all", 0.425, { subtasks: ["a", "b"] })];
  const rows = compareEvaluations(baseline, candidate, 0.95);
  expect(rows.map(({ name }) => name)).toEqual(["a/acc", "all/acc", "b/acc", "only/acc"]);
  const p = rows.map(({ difference }) => difference.p);
  expect(rows.map(({ adjustedP }) => adjustedP)).toEqual([2 * (p[0] ?? NaN), null, p[2], null]);
  expect(rows[3]).toMatchObject({ candidate: null, difference: { absolute: null } });
});

test("the last of several files is compared, shots are matched first, and unequal conditions are named", () => {
  const baseline = [
    evaluation("a", 0.1),
    evaluation("a", 0.5, { source: "results_2.json" }),
    evaluation("a", 0.6, { shots: 5 }),
    evaluation("b", 0.5),
  ];
  const candidate = [
    evaluation("a", 0.6, { shots: 5 }),
    evaluation("a", 0.5),
    evaluation("b", 0.5, { shots: 5, sampleCount: 10 }),
  ];
  const rows = compareEvaluations(baseline, candidate, 0.95);
  expect(rows.map(({ difference, unequal }) => [difference.absolute, unequal])).toEqual([
    [0, []],
    [0, []],
    [0, ["shots: 0 and 5", "number of items: 600 and 10"]],
  ]);
});

test("a direction that two files contradict is unknown", () => {
  const rows = compareEvaluations([evaluation("a", 0.5)], [evaluation("a", 0.5, { higherIsBetter: false })], 0.95);
  expect(rows[0]).toMatchObject({ higherIsBetter: null, difference: { percent: null } });
});

test("more seeds do not reduce the uncertainty of the items that they share", () => {
  const run = (id: string, value: number) => ({
    id,
    name: id,
    rank: 8,
    seed: null,
    method: "LORA",
    quantization: { label: "16bit", bits: 16 },
    steps: null,
    hasWeights: false,
    metrics: new Map([
      ["mmlu/acc", value],
      ["mmlu/acc_stderr", 0.02],
    ]),
  });
  const roles = {
    baseline: { name: "16bit", runs: new Set(["a", "b"]) },
    candidate: { name: "4bit", runs: new Set(["c"]) },
    because: "",
  };
  const runs = [run("a", 0.5), run("b", 0.6), run("c", 0.5)];
  const metric = { metric: "mmlu/acc", higherIsBetter: true, confidence: 0.95 };
  const difference = itemUncertainty(runs, roles, 8, metric);
  expect(difference?.absolute).toBeCloseTo(-0.05, 12);
  expect(difference?.standardError).toBeCloseTo(Math.hypot(0.02, 0.02), 14);
  expect(itemUncertainty(runs, roles, 8, { ...metric, metric: "loss" })).toBeNull();
});
