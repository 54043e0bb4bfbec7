import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { RunEvidence } from "#src/import/formats/evidence.js";
import { RUN_FORMATS } from "#src/import/formats/result-formats.js";
import { fixtureFile } from "../../../support/fixture-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Reads a file with the format that recognises it. Returns its settings as `field: value`, and the source. */
async function read(name: string, content: string | Uint8Array) {
  const file = path.join(await temporaryFolder(), path.basename(name));
  await writeFile(file, content);
  const format = RUN_FORMATS.find(({ recognises }) => recognises(path.basename(name), name));
  const evidence: readonly RunEvidence[] = (await format?.read({ path: file, where: name })) ?? [];
  const settings = evidence.flatMap((one) => (one.kind === "settings" ? one.settings : []));
  return {
    format: format?.name,
    sources: evidence.flatMap((one) => (one.kind === "settings" ? [one.source] : [])),
    values: Object.fromEntries(settings.map(({ field, value }) => [field, value])),
  };
}

test("training_args.bin is read without its classes", async () => {
  const fixture = new URL("training-args.json", import.meta.url);
  const { base64 } = JSON.parse(await readFile(fixture, "utf8")) as { base64: string };
  const { sources, values } = await read("training_args.bin", Buffer.from(base64, "base64"));
  expect(sources).toEqual(["trainingArguments"]);
  expect(values).toEqual({
    output_dir: "outputs",
    learning_rate: 2e-4,
    seed: 3407,
    batch_size: 2,
    gradient_accumulation_steps: 4,
    epochs: 1,
    max_steps: 60,
    warmup_steps: 5,
    compute_dtype: "bfloat16",
    scheduler: "cosine",
    optimizer: "adamw_8bit",
    weight_decay: 0.01,
    max_sequence_length: 2048,
  });
});

const AXOLOTL = `base_model: acme/Tiny-1B
load_in_8bit: false
load_in_4bit: true
adapter: qlora
datasets:
  - path: acme/alpaca
    type: alpaca
sequence_len: 1024
lora_r: 16
micro_batch_size: 2
gradient_accumulation_steps: 4
learning_rate: 0.0002
lr_scheduler: cosine
optimizer: adamw_bnb_8bit
seed: 11
`;
const OF_AXOLOTL = {
  base_model: "acme/Tiny-1B",
  bits: 4,
  scheme: "nf4",
  lora_rank: 16,
  batch_size: 2,
  gradient_accumulation_steps: 4,
  learning_rate: 2e-4,
  scheduler: "cosine",
  seed: 11,
  max_sequence_length: 1024,
};

test("YAML of Axolotl and of LLaMA-Factory is recognised by its keys", async () => {
  expect(await read("qlora.yml", AXOLOTL)).toMatchObject({ sources: ["axolotl"], values: OF_AXOLOTL });
  const factory =
    "model_name_or_path: acme/Tiny-1B\nstage: sft\nfinetuning_type: lora\nlora_rank: 8\nquantization_bit: 4\n";
  expect(await read("saves/training_args.yaml", factory)).toMatchObject({
    sources: ["llamaFactory"],
    values: { base_model: "acme/Tiny-1B", lora_rank: 8, bits: 4, scheme: "nf4" },
  });
  const board =
    "top.model_name: Tiny-1B\ntop.finetuning_type: lora\ntop.quantization_bit: '8'\ntrain.learning_rate: 5e-5\n";
  expect(await read("llamaboard_config.yaml", board)).toMatchObject({
    sources: ["llamaFactory"],
    values: { bits: 8, learning_rate: 5e-5 },
  });
  expect((await read("docker-compose.yml", "services: {a: {image: b}}")).sources).toEqual([]);
});

test("a model card gives Axolotl's configuration, the Trainer's list and PEFT's block", async () => {
  const card = (body: string): string => `---\nbase_model: acme/Tiny-1B\nlibrary_name: peft\n---\n\n# Model\n\n${body}`;
  const axolotl = `<details><summary>See axolotl config</summary>\n\naxolotl version: \`0.9\`\n\`\`\`yaml\n${AXOLOTL}\n\`\`\`\n</details>\n`;
  expect((await read("r/README.md", card(axolotl))).values).toMatchObject(OF_AXOLOTL);
  const trainer =
    "## Training procedure\n\n### Training hyperparameters\n\nThe following hyperparameters were used during training:\n" +
    "- learning_rate: 0.0002\n- train_batch_size: 4\n- seed: 42\n- optimizer: Use OptimizerNames.ADAMW_TORCH with betas=(0.9,0.999)\n" +
    "- lr_scheduler_type: linear\n- num_epochs: 3\n";
  expect((await read("r/README.md", card(trainer))).values).toMatchObject({
    learning_rate: 2e-4,
    batch_size: 4,
    seed: 42,
    optimizer: "adamw_torch",
    scheduler: "linear",
    epochs: 3,
  });
  const peft =
    "## Training procedure\n\n\nThe following `bitsandbytes` quantization config was used during training:\n" +
    "- quant_method: bitsandbytes\n- load_in_8bit: False\n- load_in_4bit: True\n- bnb_4bit_quant_type: fp4\n" +
    "- bnb_4bit_use_double_quant: True\n- bnb_4bit_compute_dtype: bfloat16\n";
  expect((await read("r/README.md", card(peft))).values).toMatchObject({
    bits: 4,
    scheme: "fp4",
    double_quantization: true,
    compute_dtype: "bfloat16",
  });
  expect((await read("README.md", "# Notes\n\n- seed: see below\n")).values).toEqual({});
});

test("config.json gives the quantization of its weights and nothing of the architecture", async () => {
  const quantized = {
    model_type: "llama",
    attention_dropout: 0.1,
    quantization_config: { load_in_4bit: true, bnb_4bit_quant_type: "nf4" },
  };
  expect((await read("r/config.json", JSON.stringify(quantized))).values).toEqual({ bits: 4, scheme: "nf4" });
  expect(
    (await read("r/config.json", JSON.stringify({ model_type: "llama", torch_dtype: "bfloat16" }))).values,
  ).toEqual({});
});

describe("training_args.bin as the real tools write it", () => {
  const COMMON = {
    output_dir: "runs/4bit_r8_s1",
    run_name: "4bit_r8_s1",
    seed: 7,
    data_seed: 11,
    learning_rate: 2e-4,
    scheduler: "cosine",
    warmup_steps: 5,
    batch_size: 2,
    gradient_accumulation_steps: 4,
    epochs: 2,
    max_steps: 60,
    optimizer: "adamw_torch",
    weight_decay: 0.01,
  };

  test.each([
    ["TrainingArguments of transformers", ["training-arguments", "trainer"], {}],
    ["SFTConfig of TRL", ["trl-arguments", "sft"], { max_sequence_length: 512, packing: true }],
    ["DPOConfig of TRL", ["trl-arguments", "dpo"], { max_sequence_length: 512 }],
  ])("%s", async (_, folder, own) => {
    const bytes = await readFile(fixtureFile(...folder, "training_args.bin"));
    const { sources, values } = await read("training_args.bin", bytes);
    expect(sources).toEqual(["trainingArguments"]);
    expect(values).toMatchObject({ ...COMMON, ...own });
  });
});
