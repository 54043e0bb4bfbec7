import { describe, expect, test } from "vitest";
import { degradationByRank } from "#src/derive/degradation/degradation.js";
import type { FailureEvidence } from "#src/derive/failure-modes/failure-mode-rule.js";
import { noiseFloorPairs, type NoiseFloor } from "#src/derive/similarity/noise-floor.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import type { RunSettings } from "#src/derive/runs/run-settings.js";
import { similaritySummary } from "#src/derive/similarity/similarity-summary.js";
import { undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { judgeHypotheses } from "#src/derive/hypotheses/judge-hypotheses.js";
import { evidence, evidenceOf, RULE, settingsOf, similar } from "../../../support/evidence.js";
import { runs } from "../../../support/runs.js";

const study = evidence({ 2: { percent: 1, cosines: [0.9, 0.9] }, 8: { percent: 1, cosines: [0.9, 0.9] } });

/** The study with settings that `change` alters, run by run. */
function withSettings(change: (name: string, settings: RunSettings) => Partial<RunSettings>): FailureEvidence {
  const settings = study.runs.map((run) => {
    const [, before] = settingsOf(run);
    return settingsOf(run, change(run.name, before));
  });
  return { ...study, settings: new Map(settings) };
}

function kinds(of: FailureEvidence, id: "H1" | "H3") {
  const found = judgeHypotheses(of, RULE).find((hypothesis) => hypothesis.id === id);
  return Object.fromEntries(found?.confounds.map(({ kind, ranks }) => [kind, ranks]) ?? []);
}

describe("training differences between baseline and candidate", () => {
  const candidate = (rest: Partial<RunSettings>) =>
    withSettings((name) => (name === "4bit_r8" ? rest : { data: { task: "chat", dataset: "alpaca" } }));

  test.each([
    ["UNEQUAL_STEPS", { steps: 500 }],
    ["UNEQUAL_SAMPLES", { numSamples: 100 }],
    ["UNEQUAL_LEARNING_RATE", { peakLearningRate: 1e-4 }],
    ["DIFFERENT_BASE_MODEL", { baseModel: "other" }],
    ["DIFFERENT_TASK", { data: { task: "other" } }],
    ["DIFFERENT_DATASET", { data: { dataset: "other" } }],
  ])("%s is listed at its rank, with weight and metric conclusions", (kind, rest) => {
    expect(kinds(candidate(rest), "H1")).toHaveProperty(kind, [8]);
    expect(kinds(candidate(rest), "H3")).toHaveProperty(kind, [8]);
  });

  test.each([
    ["UNEQUAL_SCALING", { loraAlpha: 8 }],
    ["DIFFERENT_TARGETS", { targetModules: ["c_attn", "c_proj"] }],
  ])("%s of the adapter is listed as well", (kind, rest) => {
    const changed = withSettings((name, { adapter }) =>
      name === "4bit_r8" && adapter ? { adapter: { ...adapter, ...rest } } : {},
    );
    expect(kinds(changed, "H1")).toHaveProperty(kind, [8]);
    expect(kinds(changed, "H3")).toHaveProperty(kind, [8]);
  });

  test("changed base weights affect weight conclusions only", () => {
    const changed = withSettings((_, { adapter }) =>
      adapter ? { adapter: { ...adapter, initLoraWeights: "pissa" } } : {},
    );
    expect(kinds(changed, "H1")).toHaveProperty("BASE_WEIGHTS_CHANGED");
    expect(kinds(changed, "H3")).not.toHaveProperty("BASE_WEIGHTS_CHANGED");
  });

  test("equal settings and settings known for one run only are not confounds", () => {
    const unequal = Object.keys(
      kinds(
        withSettings(() => ({})),
        "H1",
      ),
    ).filter((kind) => /UNEQUAL|DIFFERENT/.test(kind));
    expect(unequal).toEqual([]);
    expect(kinds(candidate({ steps: null }), "H3")).not.toHaveProperty("UNEQUAL_STEPS");
  });
});

describe("the step scale", () => {
  const alpha = (of: (r: number) => number, useRslora = false) =>
    withSettings((_, { adapter }) => (adapter ? { adapter: { ...adapter, loraAlpha: of(adapter.r), useRslora } } : {}));

  test("changes with the rank if alpha is constant", () => {
    expect(
      kinds(
        alpha(() => 16),
        "H3",
      ),
    ).toHaveProperty("RANK_AND_STEP_SCALE", [2, 8]);
  });
  test("does not change if alpha / r is constant, or with rsLoRA", () => {
    expect(
      kinds(
        alpha((r) => 2 * r),
        "H3",
      ),
    ).not.toHaveProperty("RANK_AND_STEP_SCALE");
    expect(
      kinds(
        alpha(() => 16, true),
        "H3",
      ),
    ).not.toHaveProperty("RANK_AND_STEP_SCALE");
  });
});

describe("seeds", () => {
  const seeds = runs([
    ["16bit", 16, 8, { training_loss: 2 }, { seed: 1 }],
    ["16bit", 16, 8, { training_loss: 2.1 }, { seed: 2 }],
    ["4bit", 4, 8, { training_loss: 2.1 }, { seed: 1 }],
  ]);
  const of = (change: Partial<RunSettings>) =>
    evidenceOf(seeds, { settings: new Map(seeds.map((run, i) => settingsOf(run, i === 1 ? change : {}))) });

  test("that differ in more than the seed are reported as mixed configurations", () => {
    expect(kinds(of({ peakLearningRate: 1 }), "H3")).toHaveProperty("MIXED_CONFIGURATIONS", [8]);
    expect(kinds(of({}), "H3")).not.toHaveProperty("MIXED_CONFIGURATIONS");
  });
  test("are reported if the candidate has a single one", () => {
    expect(kinds(of({}), "H3")).toHaveProperty("SINGLE_SEED", [8]);
  });
});

test("evaluations on other items, or on other data sets, are no comparison of their losses", () => {
  const evaluated = (baseline: Partial<Run>, candidate: Partial<Run>) =>
    evidenceOf(
      runs([
        ["16bit", 16, 8, { eval_loss: 2, eval_samples: 400 }, baseline],
        ["4bit", 4, 8, { eval_loss: 2.1, eval_samples: 400 }, candidate],
      ]),
    );
  const finding = (of: FailureEvidence, metric = "eval_loss") => {
    const rule = { ...RULE, metric };
    const [, , h3] = judgeHypotheses({ ...of, degradations: degradationByRank(of.runs, rule) }, rule);
    return h3?.confounds.find(({ kind }) => kind === "UNEQUAL_EVALUATION");
  };
  const fewer = evaluated({}, { metrics: new Map(Object.entries({ eval_loss: 2.1, eval_samples: 200 })) });
  expect(finding(fewer)).toMatchObject({
    severity: "HIGH",
    message: "The evaluations behind eval_loss differ at r = 8: 400 items in 16bit_r8, 200 items in 4bit_r8.",
  });
  expect(finding(fewer, "training_loss")).toBeUndefined();
  const data = (name: string) => ({ data: { dataset: "alpaca", evaluation_dataset: name } });
  expect(finding(evaluated(data("dev"), data("test")))?.message).toContain("evaluation dataset dev: 1 run");
  expect(finding(evaluated(data("dev"), data("dev")))).toBeUndefined();

  const mixed = runs([
    ["16bit", 16, 8, { eval_loss: 2, training_loss: 1 }, { seed: 1, ...data("dev") }],
    ["16bit", 16, 8, { eval_loss: 1, training_loss: 1.1 }, { seed: 2, ...data("test") }],
    ["4bit", 4, 8, { eval_loss: 2.1, training_loss: 1 }, { seed: 1, ...data("dev") }],
  ]);
  const percent = (metric: string) => degradationByRank(mixed, { ...RULE, metric })[0]?.degradation;
  expect(percent("eval_loss")).toMatchObject({
    percent: null,
    reason: expect.stringContaining("not averaged") as string,
  });
  expect(percent("training_loss")?.percent).toBeLessThan(0);
});

test("training and evaluation loss that lead to different conclusions are reported", () => {
  const losses = (evaluation: number) =>
    evidenceOf(
      runs([
        ["16bit", 16, 8, { training_loss: 2, eval_loss: 2 }],
        ["4bit", 4, 8, { training_loss: 2.04, eval_loss: evaluation }],
      ]),
    );
  expect(kinds(losses(2.2), "H3")).toHaveProperty("LOSSES_DISAGREE", [8]);
  expect(kinds(losses(1.94), "H3")).toHaveProperty("LOSSES_DISAGREE", [8]);
  expect(kinds(losses(2.06), "H3")).not.toHaveProperty("LOSSES_DISAGREE");
  expect(kinds(losses(1.999), "H3")).not.toHaveProperty("LOSSES_DISAGREE");
});

describe("the noise floor", () => {
  const [left, right] = study.runs;
  const floor = (kind: NoiseFloor["kind"], similarity: ReturnType<typeof similar>, rank = 8): NoiseFloor => {
    if (left === undefined || right === undefined) throw new Error("no runs");
    const side = (run: typeof left, step: number) => ({ run, checkpoint: String(step), step });
    return { kind, rank, left: side(left, 900), right: side(right, 1000), summary: similaritySummary([similarity]) };
  };
  const h1 = (floors: NoiseFloor[]) => judgeHypotheses({ ...study, noiseFloors: floors }, RULE)[0];

  test("at or below the threshold excludes its rank from H1; if all ranks are excluded, H1 is inconclusive", () => {
    const low = floor("OTHER_SEED", similar(0.9));
    expect(h1([low])).toMatchObject({
      verdict: "REJECTED",
      because: expect.stringContaining("every comparable rank (2)") as string,
    });
    expect(h1([low, floor("OTHER_SEED", similar(0.9), 2)])?.verdict).toBe("INCONCLUSIVE");
    expect(h1([low])?.confounds).toContainEqual(
      expect.objectContaining({ kind: "NOISE_FLOOR", severity: "HIGH", ranks: [8] }),
    );
  });

  test("does not change the verdict if it is high, or if its runs started from different A", () => {
    expect(h1([floor("OTHER_SEED", similar(0.2, 0.01))])?.because).toContain("every comparable rank (2, 8)");
    expect(h1([floor("OTHER_SEED", similar(0.99))])).toMatchObject({
      verdict: "REJECTED",
      confounds: expect.not.arrayContaining([expect.objectContaining({ kind: "NOISE_FLOOR" })]) as unknown,
    });
  });

  test("of neighbouring checkpoints is listed as evidence and reported as the only one", () => {
    const found = h1([floor("NEIGHBOURING_CHECKPOINTS", similar(0.99987))]);
    expect(found?.evidence).toContainEqual({
      label: "noise floor: 16bit_r2, step 900 against 1000",
      value: 0.99987,
      unit: "cosine",
    });
    const said = found?.confounds.find(({ kind }) => kind === "NOISE_FLOOR")?.message;
    expect(said).toContain("the only noise floor is that of neighbouring checkpoints");
    expect(said).toContain("0.99987");
  });

  test("that is pending makes H1 inconclusive for other seeds, and is a confound for checkpoints", () => {
    const pending = undefinedSimilarity("PENDING", "0190-job");
    expect(h1([floor("OTHER_SEED", pending)])).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("job 0190-job") as string,
    });
    const neighbours = h1([floor("NEIGHBOURING_CHECKPOINTS", pending)]);
    expect(neighbours?.verdict).toBe("REJECTED");
    expect(neighbours?.confounds).toContainEqual(expect.objectContaining({ kind: "NOISE_FLOOR", severity: "LOW" }));
  });

  test("compares runs of neighbouring seeds and the last two checkpoints of each run with weights", () => {
    const all = runs([
      ["16bit", 16, 8, {}, { seed: 3 }],
      ["16bit", 16, 8, {}, { seed: 1 }],
      ["16bit", 16, 8, {}, { seed: 2 }],
      ["16bit", 16, 8, {}, { seed: 4, hasWeights: false }],
      ["4bit", 4, 8, {}, { seed: 1 }],
      ["8bit", 8, 8, {}, { seed: 1 }],
    ]);
    const roles = inferRoles(all);
    if (roles === undefined) throw new Error("no roles");
    const checkpoints = (id: string) =>
      id === "run 4" ? ["a", "b", "c"].map((name, i) => ({ id: name, step: i })) : [{ id: `end of ${id}`, step: 9 }];
    const found = noiseFloorPairs(all, roles, ({ id, hasWeights }) => (hasWeights ? checkpoints(id) : []));
    expect(found.map((pair) => [pair.kind, pair.left.checkpoint, pair.right.checkpoint])).toEqual([
      ["OTHER_SEED", "end of run 1", "end of run 2"],
      ["OTHER_SEED", "end of run 2", "end of run 0"],
      ["NEIGHBOURING_CHECKPOINTS", "b", "c"],
    ]);
  });
});

describe("by the notebook's rules", () => {
  const rule = { ...RULE, twoSided: true };
  const judged = (of: FailureEvidence) => {
    const degradations = degradationByRank(of.runs, rule, of.roles);
    return judgeHypotheses({ ...of, degradations }, rule, "NOTEBOOK");
  };

  test("H1 uses the mean over the first, the middle and the last layer at r = 8, regardless of the start", () => {
    const [h1] = judged(
      evidence({ 2: { percent: 1, cosines: [1, 1] }, 8: { percent: 1, cosines: [0.8, 1, 0.9, 1, 0.85], start: 0 } }),
    );
    expect(h1?.verdict).toBe("REJECTED");
    expect(h1?.evidence[0]?.value).toBeCloseTo((0.8 + 0.9 + 0.85) / 3, 12);
    expect(h1?.because).toContain("layers 0, 2, 4 at r = 8 is 0.8500. The threshold (0.95) is not met.");
  });

  test("a mean equal to the threshold meets it, and an improvement beyond the threshold is unacceptable", () => {
    const [h1, h2, h3] = judged(evidence({ 8: { percent: -9, cosines: [0.95] } }));
    expect([h1?.verdict, h2?.verdict, h3?.verdict]).toEqual(["SUPPORTED", "NOT_TESTED", "REJECTED"]);
  });
});
