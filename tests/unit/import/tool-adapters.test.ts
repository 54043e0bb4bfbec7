import { cp } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { layerForm } from "#src/model/layer-form.js";
import type { ExperimentRecord } from "#src/model/records.js";
import { denseUpdate, figuresOf } from "../../support/dense-update.js";
import { readStudy, type OneStudy } from "../../support/read-study.js";
import { safetensors, writeFiles } from "../../support/adapter-files.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { toolAdapters, type ExpectedUpdates } from "../../support/tool-adapters.js";

const runOf = (study: OneStudy, name: string): ExperimentRecord => {
  const run = study.experiments.find((experiment) => experiment.name === name);
  if (run === undefined) throw new Error(`${name} is not among ${study.experiments.map((one) => one.name).join(", ")}`);
  return run;
};

/** Compares the updates of a run's final checkpoint with NumPy's figures. */
async function requireUpdates(run: ExperimentRecord, layers: ExpectedUpdates["runs"][string]): Promise<void> {
  const final = run.checkpoints.find(({ isFinal }) => isFinal);
  if (final === undefined) throw new Error(`${run.name} has no final checkpoint`);
  // Runs of several tools share the layers of one study, under the names of one tool.
  const expected = new Map(Object.entries(layers).map(([name, updates]) => [layerForm(name), updates]));
  expect(final.factors.map(({ layer }) => layerForm(layer)).sort()).toEqual([...expected.keys()].sort());
  for (const factors of final.factors) {
    const wanted = expected.get(layerForm(factors.layer));
    const own = figuresOf(await denseUpdate(final, factors));
    const scale = Math.sqrt(wanted?.squaredNorm ?? NaN);
    expect(own.shape).toEqual(wanted?.shape);
    expect(Math.abs(own.squaredNorm / scale - scale)).toBeLessThanOrEqual(1e-13 * scale);
    expect(Math.abs(own.probe - (wanted?.probe ?? NaN))).toBeLessThanOrEqual(1e-12 * scale);
  }
}

describe.each(["mlx", "torchtune-adapters", "diffusers"])("adapters of %s", (tool) => {
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
      await requireUpdates(runOf(study, name), expected.runs[name] ?? {});
    },
  );
});

test("torchtune's own file has the updates of PEFT's file beside it, except for queries, and shares its layers", async () => {
  const root = await temporaryFolder();
  const converted = path.join(toolAdapters("torchtune-adapters").folder, "converted_r2");
  const isOfPeft = (file: string): boolean => /adapter_(config\.json|model\.safetensors)$/.test(file);
  await cp(converted, path.join(root, "peft"), { recursive: true });
  await cp(converted, path.join(root, "torchtune"), { recursive: true, filter: (file) => !isOfPeft(file) });
  const study = await readStudy(root);
  const figures = async (name: string) => {
    const final = runOf(study, name).checkpoints.find(({ isFinal }) => isFinal);
    const ofLayers = (final?.factors ?? []).map(async (factors) => {
      const { squaredNorm, probe } = figuresOf(await denseUpdate(final as NonNullable<typeof final>, factors));
      return [factors.layer, [squaredNorm, probe]] as const;
    });
    return new Map(await Promise.all(ofLayers));
  };
  const [peft, torchtune] = [await figures("peft"), await figures("torchtune")];
  const shared = [...torchtune.keys()].filter((name) => peft.has(name));
  expect(shared.length).toBeGreaterThan(0);
  for (const name of shared) expect(torchtune.get(name)).toEqual(peft.get(name));
  expect([...torchtune.keys()].filter((name) => !peft.has(name))).toEqual(["layers.0.attn.q_proj"]);
  expect(study.findings).toContainEqual(expect.objectContaining({ code: "LAYER_NAMES" }));
});

describe("files in the form of kohya's scripts, as LyCORIS writes it", () => {
  const { folder, expected } = toolAdapters("lycoris");
  let study: OneStudy;
  beforeAll(async () => {
    study = await readStudy(folder);
  });

  test.each(Object.keys(expected.runs))(
    "%s has the updates that NumPy computed, with alpha from the file",
    async (name) => {
      await requireUpdates(runOf(study, name), expected.runs[name] ?? {});
    },
  );

  test("are one run per name; numbered files are its checkpoints", () => {
    const saves = runOf(study, "style").checkpoints.map(({ step, isFinal, folders }) => [step, isFinal, folders]);
    expect(saves).toEqual([
      [null, false, ["style-000001.safetensors"]],
      [30, false, ["style-step00000030.safetensors"]],
      [null, true, ["style"]],
    ]);
  });

  test("have the settings of their headers", () => {
    const { settings, seed } = runOf(study, "person");
    const setting = (field: string) => settings.find((one) => one.field === field)?.value;
    expect(seed).toBe(42);
    expect([setting("learning_rate"), setting("epochs"), setting("max_steps"), setting("noise_offset")]).toEqual([
      1e-4,
      2,
      40,
      undefined,
    ]);
  });

  test.each([
    ["hadamard", "LoHa, a Hadamard product of two low-rank products"],
    ["kronecker", "LoKr, a Kronecker product"],
  ])("%s is refused by the name of its form", (name, form) => {
    const finding = study.findings.find(({ where, severity }) => severity === "error" && where.startsWith(name));
    expect(finding).toMatchObject({
      code: "ADAPTER_TYPE_UNSUPPORTED",
      message: expect.stringContaining(form) as string,
    });
  });
});

test("safetensors files without an adapter make no run and are named", async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    "16bit_r2.csv": "experiment,eval_loss\n16bit_r2,2.5\n",
    "vae.safetensors": safetensors({ "encoder.weight": { shape: [2, 2] } }),
  });
  const { experiments, findings } = await readStudy(folder);
  expect(experiments.map(({ name }) => name)).toEqual(["16bit_r2"]);
  expect(findings.find(({ code }) => code === "NOT_UNDERSTOOD")?.message).toContain("vae.safetensors");
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
