import { afterAll, describe, expect, test } from "vitest";
import { openModel } from "#src/compute/models/language-model.js";
import type { LanguageModel, ModelOptions } from "#src/compute/models/language-model-types.js";
import type { PreparedAdapter } from "#src/compute/models/adapter-feeds.js";
import {
  MODEL_FIXTURES,
  openFixture,
  readExpected,
  readFixtureAdapter,
  type Expected,
} from "../../../support/model-fixtures.js";

// Expected values are those of transformers and PEFT in float32 (scripts/reference/language_models.py).

const opened: LanguageModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.close())));

async function open(name: string, options: Partial<ModelOptions> = {}): Promise<LanguageModel> {
  const { config, files } = await openFixture(name);
  const model = openModel({ config, files, provider: "cpu", threads: 1, maxBytes: 2 ** 30, ...options });
  opened.push(model);
  return model;
}

async function adapterOf(model: LanguageModel, name: string, form: "base" | "lora" | "dora", expected: Expected) {
  return form === "base" ? undefined : model.prepareAdapter(readFixtureAdapter(name, form, expected));
}

async function allLogits(model: LanguageModel, tokens: readonly number[], adapter: PreparedAdapter | undefined) {
  const values: number[] = [];
  for await (const { logits } of model.logits(tokens, { adapter })) values.push(...logits);
  return values;
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? NaN))), 0);
}

/** Continues the prompts by the most likely token. */
async function greedy(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  count: number,
  adapter?: PreparedAdapter,
) {
  const size = model.config.vocabularySize;
  let state = await model.prefill(prompts, { adapter });
  const continued = prompts.map((): number[] => []);
  for (let step = 0; step < count; step++) {
    const next = prompts.map((_, item) => {
      const row = state.logits.subarray(item * size, (item + 1) * size);
      return row.indexOf(Math.max(...row));
    });
    next.forEach((token, item) => continued[item]?.push(token));
    if (step + 1 < count) state = await state.append(next);
  }
  return continued;
}

describe.each(MODEL_FIXTURES)("%s", (name) => {
  test.each(["base", "lora", "dora"] as const)(
    "%s: logits, losses and greedy tokens are those of transformers",
    async (form) => {
      const expected = readExpected(name);
      const model = await open(name);
      const adapter = await adapterOf(model, name, form, expected);
      const { sequences, prompts, tensors } = expected;
      for (const [i, tokens] of sequences.entries()) {
        const logits = tensors.get(`${form}.logits.${i}`);
        if (logits === undefined) continue;
        expect(largestDifference(await allLogits(model, tokens, adapter), logits)).toBeLessThan(1e-4);
      }
      // The sequences have different lengths, so they are padded into one batch.
      const losses = await model.tokenLosses(sequences, { adapter });
      const { losses: means, greedy: continuations } = expected.results[form];
      losses.forEach((values, i) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(Math.abs(mean / (means[i] ?? NaN) - 1)).toBeLessThan(1e-5);
      });
      const count = continuations[0]?.length ?? 0;
      expect(await greedy(model, prompts, count, adapter)).toEqual(continuations);
    },
  );

  test.each(["base", "lora", "dora"] as const)(
    "%s: weights that are read layer by layer give the same logits, losses and greedy tokens",
    async (form) => {
      const expected = readExpected(name);
      // A chunk of 6 places, so that layers are read again.
      const model = await open(name, { holding: "STREAMED", chunkTokens: 6 });
      expect(model.holding).toBe("STREAMED");
      const adapter = await adapterOf(model, name, form, expected);
      const { sequences, prompts, tensors, results } = expected;
      const logits = tensors.get(`${form}.logits.0`) ?? [];
      expect(largestDifference(await allLogits(model, sequences[0] ?? [], adapter), logits)).toBeLessThan(1e-4);
      const losses = await model.tokenLosses(sequences, { adapter });
      losses.forEach((values, i) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(Math.abs(mean / (results[form].losses[i] ?? NaN) - 1)).toBeLessThan(1e-5);
      });
      const count = results[form].greedy[0]?.length ?? 0;
      expect(await greedy(model, prompts, count, adapter)).toEqual(results[form].greedy);
    },
  );

  test("weights without a second layout give the same logits", async () => {
    const { sequences, tensors } = readExpected(name);
    const model = await open(name, { holding: "HELD" });
    const logits = tensors.get("base.logits.0") ?? [];
    expect(largestDifference(await allLogits(model, sequences[0] ?? [], undefined), logits)).toBeLessThan(1e-4);
    expect((await open(name)).holding).toBe("PACKED");
  });

  test("hidden states are those of the last layer after the norm", async () => {
    const { sequences, tensors } = readExpected(name);
    const model = await open(name);
    const states = await model.hiddenStates(sequences);
    states.forEach((values, i) => {
      expect(largestDifference(values, tensors.get(`base.hidden.${i}`) ?? [])).toBeLessThan(1e-4);
    });
  });

  test("chunks of the layers and of the output matrix change nothing", async () => {
    const expected = readExpected(name);
    const { sequences, prompts, tensors, results } = expected;
    const model = await open(name, { chunkTokens: 6, headBytes: 4 * 64 * 5 });
    const adapter = await adapterOf(model, name, "lora", expected);
    const logits = tensors.get("lora.logits.0") ?? [];
    expect(largestDifference(await allLogits(model, sequences[0] ?? [], adapter), logits)).toBeLessThan(1e-4);
    const losses = await model.tokenLosses(sequences, { adapter });
    losses.forEach((values, i) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean / (results.lora.losses[i] ?? NaN) - 1)).toBeLessThan(1e-5);
    });
    expect(await greedy(model, prompts, 20, adapter)).toEqual(results.lora.greedy);
  });
});

test("tokens that the model cannot take are refused by name", async () => {
  const model = await open("qwen2");
  const tooLong = Array<number>(65).fill(1);
  await expect(model.tokenLosses([[1, 2], []])).rejects.toThrow(/sequence 1; received no token/);
  await expect(model.tokenLosses([[1, 64]])).rejects.toThrow(/token 1; received 64; allowed: 0 to 63/);
  await expect(model.hiddenStates([[0.5]])).rejects.toMatchObject({ code: "TOKENS_INVALID" });
  await expect(model.hiddenStates([tooLong])).rejects.toThrow(/received 65 tokens; allowed: at most 64/);
  await expect(model.prefill([])).rejects.toMatchObject({ code: "TOKENS_INVALID" });
  const full = await model.prefill([tooLong.slice(1)]);
  await expect(full.append([1])).rejects.toThrow(/received 65 tokens; allowed: at most 64/);
  await expect(full.append([])).rejects.toMatchObject({ code: "TOKENS_INVALID" });
});

test("an adapter of another model is refused by name", async () => {
  const model = await open("qwen2");
  const update = { rank: 1, a: new Float32Array(32), b: new Float32Array(31), scaling: 1 };
  await expect(model.prepareAdapter(new Map([["model.layers.2.mlp.up_proj", update]]))).rejects.toMatchObject({
    code: "MODEL_ADAPTER_MISMATCH",
  });
  await expect(model.prepareAdapter(new Map([["model.layers.0.mlp.down_proj", update]]))).rejects.toThrow(
    /received A of 32, B of 31 elements; allowed: A \[1, 40\], B \[32, 1\]/,
  );
});

test("a model that needs more memory than allowed does not run", async () => {
  const model = await open("qwen2", { maxBytes: 10_000 });
  await expect(model.tokenLosses([[1, 2, 3]])).rejects.toMatchObject({ code: "MODEL_TOO_LARGE" });
});

test("an aborted run stops between two chunks", async () => {
  const model = await open("qwen2", { chunkTokens: 2 });
  const controller = new AbortController();
  const chunks = model.logits([1, 2, 3, 4, 5, 6], { signal: controller.signal });
  expect((await chunks.next()).value).toMatchObject({ start: 0 });
  controller.abort(new Error("no longer wanted"));
  await expect(chunks.next()).rejects.toThrow("no longer wanted");
  // The model serves further runs.
  expect(await model.tokenLosses([[1, 2, 3]])).toHaveLength(1);
});
