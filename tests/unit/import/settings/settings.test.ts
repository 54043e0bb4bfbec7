import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { baseModelName } from "#src/model/base-model-name.js";
import { settingsOfObject } from "#src/import/settings/settings-of-object.js";
import { parseYaml } from "#src/import/yaml/parse-yaml.js";
import { readStudy, type OneStudy } from "../../../support/read-study.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Returns the settings of an object as `field: value`. */
function read(value: unknown, keepsOther = false): Record<string, unknown> {
  return Object.fromEntries(settingsOfObject(value, { keepsOther }).map((setting) => [setting.field, setting.value]));
}

describe("settings of an object", () => {
  test.each([
    ["QLoRA with NF4", { load_in_4bit: true, bnb_4bit_quant_type: "nf4" }, { bits: 4, scheme: "nf4" }],
    ["FP4", { quantization_config: { load_in_4bit: true, bnb_4bit_quant_type: "fp4" } }, { bits: 4, scheme: "fp4" }],
    ["8 bits", { load_in_8bit: true, load_in_4bit: false }, { bits: 8, scheme: "int8" }],
    ["no quantization", { load_in_8bit: false, load_in_4bit: false }, { bits: 16 }],
    ["GPTQ", { quantization_config: { quant_method: "gptq", bits: 4 } }, { bits: 4, scheme: "gptq" }],
    ["LLaMA-Factory", { quantization_bit: 4, quantization_method: "bnb" }, { bits: 4 }],
    ["MLX", { quantization: { bits: 4, group_size: 64 } }, { bits: 4 }],
    ["Axolotl", { adapter: "qlora" }, { bits: 4, scheme: "nf4" }],
  ])("give the bits of %s", (_, object, expected) => {
    expect(read(object)).toMatchObject(expected);
  });

  test("say nothing of the bits with a compute type", () => {
    expect(read({ bf16: true, torch_dtype: "float16", precision: "fp16" })).toEqual({ compute_dtype: "float16" });
    expect(read({ bf16: true })).toEqual({ compute_dtype: "bfloat16" });
  });

  test("have standard names, whatever the tool calls them, and wherever they are nested", () => {
    const object = { training: { lr: "2e-4", num_train_epochs: 3, max_steps: -1 }, micro_batch_size: 2, seed: 7 };
    expect(read(object)).toEqual({ learning_rate: 2e-4, epochs: 3, batch_size: 2, seed: 7 });
  });

  test("keep other keys by their path only if asked", () => {
    expect(read({ a: { b: 1, c: null, d: [] } }, true)).toEqual({ a_b: 1, a_d: [] });
    expect(read({ a: { b: 1 } })).toEqual({});
  });
});

test.each([
  ["acme/Tiny-1B", "tiny-1b", null, null],
  ["/home/me/models/Tiny-1B", "tiny-1b", null, null],
  ["C:\\models\\Tiny-1B", "tiny-1b", null, null],
  ["unsloth/Tiny-1B-unsloth-bnb-4bit", "tiny-1b", 4, "nf4"],
  ["mlx-community/Tiny-1B-4bit", "tiny-1b", 4, null],
  ["org/Tiny-1B-GPTQ-Int4", "tiny-1b", 4, "gptq"],
  ["org/Tiny-1B-AWQ", "tiny-1b", 4, "awq"],
  ["/cache/models--org--Tiny-1B/snapshots/0123", "tiny-1b", null, null],
  ["microsoft/phi-4", "phi-4", null, null],
  ["models/Llama-3-8B-Q4_K_M.gguf", "llama-3-8b", null, null],
  ["Qwen2-0.5B.UD-IQ4_XS.gguf", "qwen2-0.5b", null, null],
  ["tiny-f16.gguf", "tiny", null, null],
  ["gpt2-medium", "gpt2-medium", null, null],
])("the base model %s is %s with %s bits and the scheme %s", (name, model, bits, scheme) => {
  expect(baseModelName(name)).toEqual({ model, bits, scheme });
});

describe("YAML", () => {
  test("with too many aliases, or damaged, is refused by name", () => {
    const laughs = `a: &a [x, x]\n${Array.from({ length: 12 }, (_, i) => `k${i}: &k${i} [${"*a, ".repeat(20)}*a]`).join("\n")}`;
    for (const text of [laughs, "a: [1", "a: b: c"]) {
      expect(() => parseYaml(text, "x.yaml")).toThrow(/x\.yaml/);
    }
  });

  test("of any text causes only catalogued errors", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        try {
          settingsOfObject(parseYaml(text, "x.yaml"), { keepsOther: true });
        } catch (error) {
          expect(error).toBeInstanceOf(RankscopeError);
        }
      }),
    );
  });

  test("with Python's tags gives plain values", () => {
    expect(parseYaml("a: !!python/tuple [1, 2]\nb: !!python/object:os.system {x: 1}", "x.yaml")).toEqual({
      a: [1, 2],
      b: { x: 1 },
    });
  });
});

async function study(files: Readonly<Record<string, string>>): Promise<OneStudy> {
  const folder = await temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  return readStudy(folder);
}

const STATE = JSON.stringify({ global_step: 10, max_steps: 10, log_history: [{ step: 10, loss: 1 }] });

/** Settings of a run as `field: [value, file, certainty]`. */
function settingsOf({ experiments }: OneStudy, name: string): Record<string, unknown> {
  const run = experiments.find((experiment) => experiment.name === name);
  return Object.fromEntries(
    (run?.settings ?? []).map(({ field, value, file, certainty }) => [field, [value, file, certainty]]),
  );
}

describe("settings of runs", () => {
  test("come from the most trusted source, and contradictions are findings", async () => {
    const read = await study({
      "r8/trainer_state.json": STATE,
      "r8/README.md": "# x\n\n### Training hyperparameters\n\n- learning_rate: 0.0002\n- seed: 42\n",
      "r8/.hydra/config.yaml": "seed: 1\nextra:\n  warm: yes please\n",
    });
    expect(settingsOf(read, "r8")).toMatchObject({
      learning_rate: [2e-4, "r8/README.md", "STATED"],
      seed: [42, "r8/README.md", "STATED"],
      extra_warm: ["yes please", "r8/.hydra/config.yaml", "STATED"],
    });
    const contradictions = read.findings.filter(({ code }) => code === "SETTINGS_CONTRADICT");
    expect(contradictions).toMatchObject([{ where: "r8", message: expect.stringContaining("42 was kept") as string }]);
  });

  test("of rankscope.yaml come before all others", async () => {
    const read = await study({
      "4bit_r8/trainer_state.json": STATE,
      "plain_r8/trainer_state.json": STATE,
      "rankscope.yaml": "learning_rate: 1e-4\nruns:\n  plain_r8: { bits: 8, scheme: int8 }\n",
    });
    expect(settingsOf(read, "plain_r8")).toMatchObject({
      bits: [8, "rankscope.yaml", "STATED"],
      learning_rate: [1e-4, "rankscope.yaml", "STATED"],
    });
  });

  test("rankscope.yaml states the better directions of metrics, and is left out if it is no such file", async () => {
    const read = (yaml: string) => study({ "4bit_r8/trainer_state.json": STATE, "rankscope.yaml": yaml });
    const stated = await read("bits: 4\nmetric_directions: { zeta: higher, my_cost: lower }\n");
    expect(stated.metricDirections).toEqual([
      { metric: "zeta", higherIsBetter: true, file: "rankscope.yaml" },
      { metric: "my_cost", higherIsBetter: false, file: "rankscope.yaml" },
    ]);
    expect(Object.keys(settingsOf(stated, "4bit_r8"))).not.toContain("metric_directions_zeta");
    for (const yaml of ["metric_directions: { zeta: up }\n", "metric_directions: higher\n"]) {
      const refused = await read(yaml);
      expect(refused.metricDirections).toEqual([]);
      expect(refused.findings).toContainEqual(expect.objectContaining({ code: "SETTINGS_FILE_INVALID" }));
    }
  });

  test("rankscope.yaml states metrics of a run, which replace those of files as a finding", async () => {
    const read = await study({
      "t.csv": "run,rank,quantization,eval_loss\na,8,16bit,2.1\nb,8,4bit,2.4\n",
      "rankscope.yaml": "runs:\n  a: { eval_loss: 1.5, peak_vram_gb: 2 }\nmetric_directions: { eval_loss: higher }\n",
    });
    const run = read.experiments.find(({ name }) => name === "a");
    expect(run?.metrics).toEqual([
      { name: "eval_loss", value: 1.5, source: "rankscope.yaml" },
      { name: "peak_memory_mb", value: 2048, source: "rankscope.yaml" },
    ]);
    expect(Object.keys(settingsOf(read, "a"))).not.toContain("eval_loss");
    expect(read.metricDirections).toEqual([]);
    expect(read.findings.filter(({ severity }) => severity === "warning")).toEqual([
      expect.objectContaining({ code: "SETTINGS_CONTRADICT", where: "rankscope.yaml" }),
      expect.objectContaining({
        code: "CONFLICTING_VALUES",
        message: expect.stringContaining("1.5 was kept") as string,
      }),
    ]);
  });

  test("are assumed to be unquantized only beside quantized runs", async () => {
    const read = await study({ "qlora-4bit-r8/trainer_state.json": STATE, "plain-r8/trainer_state.json": STATE });
    expect(settingsOf(read, "plain-r8")["bits"]).toEqual([16, "", "ASSUMED"]);
    expect(settingsOf(await study({ "plain-r8/trainer_state.json": STATE }), "plain-r8")["bits"]).toBeUndefined();
  });

  test("of tables are its further columns, and totals are no runs", async () => {
    const read = await study({
      "t.csv": "run,rank,lr,load_in_4bit,peak_vram_gb,train_loss\na,8,1e-4,True,2,1\nb,8,1e-4,False,4,1\nmean,,,,3,1\n",
    });
    expect(read.experiments.map(({ name, quantization }) => [name, quantization.bits])).toEqual([
      ["b", 16],
      ["a", 4],
    ]);
    expect(settingsOf(read, "a")["learning_rate"]).toEqual([1e-4, "t.csv", "STATED"]);
    const [, a] = read.experiments;
    expect(a?.metrics).toContainEqual({ name: "peak_memory_mb", value: 2048, source: "t.csv" });
  });
});
