import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { modelConfig } from "#src/import/base-model/read-model-config.js";
import { readBaseModel } from "#src/import/base-model/read-base-model.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { fixtureFolder, openFixture, readModelFolder } from "../../../support/model-fixtures.js";

const LLAMA = {
  model_type: "llama",
  vocab_size: 128256,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131072,
};

test("RoPE is read from rope_parameters, and from rope_theta and rope_scaling of older files", () => {
  const scaling = {
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const expected = {
    kind: "llama3",
    theta: 500000,
    factor: 32,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalPositions: 8192,
  };
  const now = { ...LLAMA, rope_parameters: { rope_type: "llama3", rope_theta: 500000, ...scaling } };
  const older = { ...LLAMA, rope_theta: 500000, rope_scaling: { rope_type: "llama3", ...scaling } };
  const oldest = { ...LLAMA, rope_scaling: { type: "linear", factor: 4 } };
  expect(modelConfig(now, "config.json")).toMatchObject({ rope: expected });
  expect(modelConfig(older, "config.json")).toMatchObject({ rope: expected });
  expect(modelConfig(oldest, "config.json")).toMatchObject({ rope: { kind: "linear", theta: 10000, factor: 4 } });
  expect(modelConfig({ ...LLAMA, rope_scaling: null }, "config.json")).toMatchObject({ rope: { kind: "default" } });
});

test("omitted members have the defaults of their architecture", () => {
  const { num_key_value_heads: _, ...withoutGroups } = LLAMA;
  expect(modelConfig(withoutGroups, "")).toMatchObject({
    keyValueHeads: 32,
    headSize: 64,
    windows: Array(16).fill(null),
  });
  expect(modelConfig({ ...withoutGroups, model_type: "mistral" }, "")).toMatchObject({
    keyValueHeads: 8,
    windows: Array(16).fill(4096),
  });
  expect(modelConfig({ ...LLAMA, model_type: "qwen3" }, "")).toMatchObject({ headSize: 128, queryKeyNorm: true });
  expect(modelConfig({ ...LLAMA, model_type: "qwen2", sliding_window: 99 }, "")).toMatchObject({
    queryKeyValueBias: true,
    outputBias: false,
    windows: Array(16).fill(null),
  });
  expect(modelConfig({ model_type: "gpt2" }, "")).toMatchObject({
    hiddenSize: 768,
    intermediateSize: 3072,
    vocabularySize: 50257,
    tiedEmbeddings: true,
  });
});

test.each([
  ["another architecture", { model_type: "gemma2" }, /"gemma2"; allowed: gpt2, llama/],
  ["a mixture of experts", { model_type: "mixtral" }, /"mixtral"/],
  ["no architecture", { model_type: undefined }, /no model_type/],
  [
    "another RoPE",
    { rope_scaling: { rope_type: "yarn", factor: 4 } },
    /rope type "yarn"; allowed: default, linear, llama3/,
  ],
  ["a partial RoPE", { partial_rotary_factor: 0.5 }, /partial_rotary_factor 0.5/],
  ["GPTQ weights", { quantization_config: { quant_method: "gptq", bits: 4 } }, /stored quantized \(gptq\)/],
  ["AWQ weights", { quantization_config: { quant_method: "awq" } }, /stored quantized \(awq\)/],
  ["an unknown activation", { hidden_act: "xielu" }, /"xielu"; allowed: gelu/],
  [
    "an unknown layer type",
    { model_type: "qwen3", layer_types: Array(16).fill("linear_attention") },
    /linear_attention/,
  ],
])("%s is refused by name", (_, members, message) => {
  expect(() => modelConfig({ ...LLAMA, ...members }, "config.json")).toThrow(
    expect.objectContaining({ code: "MODEL_UNSUPPORTED", message: expect.stringMatching(message) as string }),
  );
});

test.each([
  ["no object", []],
  ["a missing size", { ...LLAMA, hidden_size: undefined }],
  ["a negative size", { ...LLAMA, num_hidden_layers: -1 }],
  ["heads that are no multiple of groups", { ...LLAMA, num_key_value_heads: 5 }],
  ["heads that do not divide the hidden size", { ...LLAMA, num_attention_heads: 24, num_key_value_heads: 8 }],
  ["a RoPE without its factor", { ...LLAMA, rope_scaling: { type: "linear" } }],
  ["too few layer types", { ...LLAMA, model_type: "qwen2", layer_types: ["full_attention"] }],
])("a configuration with %s is invalid", (_, json) => {
  const codes = ["MODEL_CONFIG_INVALID", "MODEL_UNSUPPORTED"];
  expect(() => modelConfig(json, "config.json")).toThrow(
    expect.objectContaining({ code: expect.toSatisfy((code: string) => codes.includes(code)) as string }),
  );
});

test("shards, and a single file without the model's prefix, give the tensors of the model", async () => {
  const { config, files } = await openFixture("llama-sharded");
  expect(config).toMatchObject({ architecture: "llama", tiedEmbeddings: true, rope: { kind: "llama3" } });
  expect(files.tensors.size).toBe(2 * 9 + 2);
  expect(new Set([...files.tensors.values()].map(({ file }) => file)).size).toBeGreaterThan(1);

  const folder = await copyOf("gpt2");
  const file = path.join(folder, "model.safetensors");
  // Names become shorter; spaces keep the header's length.
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE());
  const header = bytes
    .toString("utf8", 8, 8 + length)
    .replaceAll('"transformer.', '"')
    .padEnd(length);
  bytes.write(header, 8, "utf8");
  writeFileSync(file, bytes);
  const original = await openFixture("gpt2");
  expect((await readModelFolder(folder)).files.tensors).toEqual(original.files.tensors);
});

test("files of the hub's cache are links; the folder is that of the files themselves", async () => {
  const root = await copyOf("gpt2");
  const snapshot = path.join(root, "snapshots", "main");
  mkdirSync(path.join(root, "blobs"));
  mkdirSync(snapshot, { recursive: true });
  for (const name of ["config.json", "model.safetensors"]) {
    renameSync(path.join(root, name), path.join(root, "blobs", `hash-of-${name}`));
    symlinkSync(`../../blobs/hash-of-${name}`, path.join(snapshot, name));
  }
  const pathOf = (where: string) => path.join(root, "blobs", `hash-of-${path.basename(where)}`);
  const { files } = await readBaseModel({ folder: ".", names: ["config.json", "model.safetensors"], pathOf });
  expect(files.folder).toBe(path.join(root, "blobs"));
  expect(files.tensors.get("transformer.wte.weight")?.file).toBe("hash-of-model.safetensors");
});

test("tensors that do not match the configuration are refused by name", async () => {
  const folder = await copyOf("mistral");
  const file = path.join(folder, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const withConfig = (members: object) => {
    writeFileSync(file, JSON.stringify({ ...config, ...members }));
    return readModelFolder(folder);
  };
  await expect(withConfig({ num_hidden_layers: 3 })).rejects.toThrow(/no tensor model.layers.2.input_layernorm.weight/);
  await expect(withConfig({ intermediate_size: 41 })).rejects.toMatchObject({
    code: "MODEL_TENSORS_INVALID",
    message: expect.stringMatching(/gate_proj.weight of shape \[40, 32\]; allowed: \[41, 32\]/) as string,
  });
  await expect(withConfig({ model_type: "gpt2" })).rejects.toMatchObject({ code: "MODEL_TENSORS_INVALID" });
  for (const name of ["model.safetensors", "expected.safetensors"]) rmSync(path.join(folder, name));
  writeFileSync(path.join(folder, "pytorch_model.bin"), "");
  await expect(withConfig({})).rejects.toThrow(/received pytorch_model.bin; allowed: model.safetensors/);
});

async function copyOf(name: string): Promise<string> {
  const folder = await temporaryFolder();
  cpSync(fixtureFolder(name), folder, { recursive: true });
  return folder;
}

test.each([
  ["layers", { num_hidden_layers: 2 ** 31 - 1 }, /num_hidden_layers/],
  ["layers of GPT-2", { model_type: "gpt2", n_layer: 1_001 }, /n_layer/],
  ["heads", { num_attention_heads: 2 ** 31 }, /num_attention_heads/],
  ["a negative size", { hidden_size: -1 }, /hidden_size/],
  ["a size that is no integer", { vocab_size: 1e300 }, /vocab_size/],
])("absurd %s are refused before anything is made of that size", (_, members, message) => {
  expect(() => modelConfig({ ...LLAMA, ...members }, "config.json")).toThrow(message);
});
