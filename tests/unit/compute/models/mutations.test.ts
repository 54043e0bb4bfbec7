import { afterAll, describe, expect, test } from "vitest";
import { openModel } from "#src/compute/models/language-model.js";
import type { LanguageModel } from "#src/compute/models/language-model-types.js";
import type { DecoderConfig, Gpt2Config, ModelConfig, ModelFiles } from "#src/model/language-model.js";
import { openFixture, readExpected } from "../../../support/model-fixtures.js";

// Each mistake that a builder of these graphs could make must be visible in the fixtures' losses: otherwise the comparison with
// transformers would not find it.

const opened: LanguageModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.close())));

const options = { provider: "cpu", threads: 1, maxBytes: 2 ** 30 } as const;

/** Returns the largest relative error of the losses of a fixture. */
async function lossError(name: string, config: ModelConfig, files: ModelFiles): Promise<number> {
  const model = openModel({ ...options, config, files });
  opened.push(model);
  const { sequences, results } = readExpected(name);
  const losses = await model.tokenLosses(sequences);
  const errors = losses.map((values, i) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.abs(mean / (results.base.losses[i] ?? NaN) - 1);
  });
  return Math.max(...errors);
}

/** Ten times the tolerance of the comparison with transformers. */
const VISIBLE = 1e-4;

const isGpt2 = (config: ModelConfig): config is Gpt2Config => config.architecture === "gpt2";
const decoder = (change: (config: DecoderConfig) => Partial<DecoderConfig>) => (config: ModelConfig) => {
  if (isGpt2(config)) throw new Error("This mistake needs a model of the Llama family.");
  return { ...config, ...change(config) };
};
const gpt2 = (change: Partial<Gpt2Config>) => (config: ModelConfig) => {
  if (!isGpt2(config)) throw new Error("This mistake needs GPT-2.");
  return { ...config, ...change };
};

describe("a wrong configuration", () => {
  test.each<[string, string, (config: ModelConfig) => ModelConfig]>([
    [
      "llama3's rope taken for the default",
      "llama-sharded",
      decoder(({ rope }) => ({ rope: { kind: "default", theta: rope.theta } })),
    ],
    [
      "linear rope taken for the default",
      "llama-biased",
      decoder(({ rope }) => ({ rope: { kind: "default", theta: rope.theta } })),
    ],
    ["another theta", "qwen3", decoder(({ rope }) => ({ rope: { ...rope, theta: rope.theta / 100 } }))],
    ["no window", "mistral", decoder(({ windows }) => ({ windows: windows.map(() => null) }))],
    [
      "a window that is one token wider",
      "mistral",
      decoder(({ windows }) => ({ windows: windows.map((window) => (window ?? 0) + 1) })),
    ],
    ["the windows of the layers exchanged", "qwen2", decoder(({ windows }) => ({ windows: [...windows].reverse() }))],
    ["no norms of queries and keys", "qwen3", decoder(() => ({ queryKeyNorm: false }))],
    ["no biases of queries, keys and values", "qwen2", decoder(() => ({ queryKeyValueBias: false }))],
    ["no bias of the output projection", "llama-biased", decoder(() => ({ outputBias: false }))],
    ["no biases of the feed-forward layer", "llama-biased", decoder(() => ({ feedForwardBias: false }))],
    ["another activation", "mistral", decoder(() => ({ activation: "gelu" }))],
    ["a larger epsilon of the norms", "qwen3", decoder(() => ({ normEpsilon: 0.1 }))],
    ["scores that are not scaled", "gpt2", gpt2({ scalesScores: false })],
    ["scores that are not scaled by the layer", "gpt2-f16", gpt2({ scalesByLayer: false })],
  ])("%s changes the loss", async (_, name, change) => {
    const { config, files } = await openFixture(name);
    expect(await lossError(name, config, files)).toBeLessThan(1e-5);
    expect(await lossError(name, change(config), files)).toBeGreaterThan(VISIBLE);
  });
});

test("exact gelu in place of its approximation changes the logits, though hardly the loss", async () => {
  const { config, files } = await openFixture("gpt2");
  const model = openModel({ ...options, config: gpt2({ activation: "gelu" })(config), files });
  opened.push(model);
  const { sequences, tensors } = readExpected("gpt2");
  const expected = tensors.get("base.logits.0") ?? [];
  let error = 0;
  for await (const { start, logits } of model.logits(sequences[0] ?? [])) {
    const first = start * config.vocabularySize;
    logits.forEach((value, i) => (error = Math.max(error, Math.abs(value - (expected[first + i] ?? NaN)))));
  }
  // The tolerance of the comparison with transformers is 1e-4.
  expect(error).toBeGreaterThan(2e-4);
});

/** Returns the files with two tensors exchanged in every layer. */
function exchanged(files: ModelFiles, one: string, other: string): ModelFiles {
  const tensors = new Map(files.tensors);
  for (const [name, tensor] of files.tensors) {
    if (!name.includes(one)) continue;
    const partner = name.replace(one, other);
    const replacement = files.tensors.get(partner);
    if (replacement === undefined) throw new Error(`There is no ${partner}.`);
    tensors.set(name, replacement);
    tensors.set(partner, tensor);
  }
  return { ...files, tensors };
}

describe("weights in wrong places", () => {
  test.each([
    ["gate and up", "qwen2", "gate_proj", "up_proj"],
    ["gate and up with biases", "llama-biased", "gate_proj", "up_proj"],
    ["keys and values", "mistral", "k_proj", "v_proj"],
    ["the norms of queries and keys", "qwen3", "q_norm", "k_norm"],
    ["the norms of a layer", "llama-sharded", "input_layernorm", "post_attention_layernorm"],
    ["the norms of a layer", "gpt2", "ln_1", "ln_2"],
  ])("%s exchanged in %s change the loss", async (_, name, one, other) => {
    const { config, files } = await openFixture(name);
    expect(await lossError(name, config, exchanged(files, one, other))).toBeGreaterThan(VISIBLE);
  });

  test("the embeddings in place of a separate output matrix change the loss", async () => {
    const { config, files } = await openFixture("gpt2-f16");
    const tensors = new Map(files.tensors);
    expect(tensors.delete("lm_head.weight")).toBe(true);
    expect(await lossError("gpt2-f16", config, { ...files, tensors })).toBeGreaterThan(VISIBLE);
  });
});
