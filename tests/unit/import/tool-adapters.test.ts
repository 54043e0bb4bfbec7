import { beforeAll, describe, expect, test } from "vitest";
import type { ExperimentRecord } from "#src/model/records.js";
import { denseUpdate, figuresOf } from "../../support/dense-update.js";
import { readStudy, type OneStudy } from "../../support/read-study.js";
import { toolAdapters } from "../../support/tool-adapters.js";

const runOf = (study: OneStudy, name: string): ExperimentRecord => {
  const run = study.experiments.find((experiment) => experiment.name === name);
  if (run === undefined) throw new Error(`${name} is not among ${study.experiments.map((one) => one.name).join(", ")}`);
  return run;
};

describe.each(["mlx"])("adapters of %s", (tool) => {
  const { folder, expected } = toolAdapters(tool);
  let study: OneStudy;
  beforeAll(async () => {
    study = await readStudy(folder);
  });

  test("no file is refused", () => {
    expect(study.findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test.each(Object.keys(expected.runs))(
    "%s has the updates that NumPy computed from the tool's factors",
    async (name) => {
      const final = runOf(study, name).checkpoints.find(({ isFinal }) => isFinal);
      const layers = expected.runs[name] ?? {};
      expect(final?.factors.map(({ layer }) => layer).sort()).toEqual(Object.keys(layers).sort());
      for (const factors of final?.factors ?? []) {
        const wanted = layers[factors.layer];
        const own = figuresOf(await denseUpdate(final as NonNullable<typeof final>, factors));
        const scale = Math.sqrt(wanted?.squaredNorm ?? NaN);
        expect(own.shape).toEqual(wanted?.shape);
        expect(Math.abs(own.squaredNorm / scale - scale)).toBeLessThanOrEqual(1e-13 * scale);
        expect(Math.abs(own.probe - (wanted?.probe ?? NaN))).toBeLessThanOrEqual(1e-12 * scale);
      }
    },
  );
});

describe("a run of MLX-LM", () => {
  let study: OneStudy;
  beforeAll(async () => {
    study = await readStudy(toolAdapters("mlx").folder);
  });

  test("has its numbered files as checkpoints; the last one is the final adapter", () => {
    const saves = runOf(study, "lora_r4").checkpoints.map(({ step, isFinal, folders }) => [step, isFinal, folders]);
    expect(saves).toEqual([
      [2, false, ["lora_r4/0000002_adapters.safetensors"]],
      [4, true, ["lora_r4", "lora_r4/0000004_adapters.safetensors"]],
    ]);
  });

  test("has its settings and its curve", () => {
    const { settings, series } = runOf(study, "lora_r4");
    const setting = (field: string) => settings.find((one) => one.field === field)?.value;
    expect([setting("seed"), setting("learning_rate")]).toEqual([0, 0.01]);
    expect(series.map(({ name, steps }) => [name, steps])).toEqual([
      ["eval_loss", [1, 4]],
      ["loss", [2, 4]],
      ["tokens_per_second", [2, 4]],
    ]);
  });

  test("with DoRA has magnitudes, which are recorded and named", () => {
    const kinds = runOf(study, "dora_r4")
      .checkpoints.at(-1)
      ?.uncompared.map(({ name, kind }) => [name, kind]);
    expect(kinds).toContainEqual(["model.layers.0.self_attn.q_proj.m", "DORA_MAGNITUDE"]);
    const finding = study.findings.find(({ where }) => where === "dora_r4/adapters.safetensors");
    expect(finding?.message).toContain("6 DoRA magnitudes (only the direction B A is compared)");
  });
});
