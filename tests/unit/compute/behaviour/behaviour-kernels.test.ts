import { afterAll, describe, expect, test } from "vitest";
import { measureChoices } from "#src/compute/behaviour/measure-choices.js";
import { measureDivergences } from "#src/compute/behaviour/measure-divergences.js";
import { measureEmbeddings } from "#src/compute/behaviour/measure-embeddings.js";
import { measureGenerations } from "#src/compute/behaviour/measure-generations.js";
import { measureLosses } from "#src/compute/behaviour/measure-losses.js";
import { openModel } from "#src/compute/models/language-model.js";
import type { LanguageModel, ModelOptions } from "#src/compute/models/language-model-types.js";
import { itemOf, measureAll as all } from "../../../support/behaviour-fixtures.js";
import { MODEL_FIXTURES, openFixture, readExpected, readFixtureAdapter } from "../../../support/model-fixtures.js";

// Expected values are those of transformers and PEFT in float32 (scripts/reference/language_models.py).

const opened: LanguageModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.close())));

async function open(name: string, options: Partial<ModelOptions> = {}): Promise<LanguageModel> {
  const { config, files } = await openFixture(name);
  const model = openModel({ config, files, provider: "cpu", threads: 1, maxBytes: 2 ** 30, ...options });
  opened.push(model);
  return model;
}

function logSoftmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const most = Math.max(...values);
  const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0)) + most;
  return values.map((value) => value - total);
}

describe.each(MODEL_FIXTURES)("%s", (name) => {
  const expected = readExpected(name);
  const { sequences, prompts, results, tensors } = expected;
  const items = [itemOf([3]), ...sequences.map((ids) => itemOf(ids))];

  test("losses are those of transformers", async () => {
    const model = await open(name);
    const adapter = await model.prepareAdapter(readFixtureAdapter(name, "lora", expected));
    const measured = await all(measureLosses({ model, adapter }, items));
    expect(measured.map(({ position, losses }) => [position, losses.length])).toEqual([
      [0, 0],
      ...sequences.map(({ length }, i) => [i + 1, length - 1]),
    ]);
    measured.slice(1).forEach(({ losses }, i) => {
      const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
      expect(Math.abs(mean / (results.lora.losses[i] ?? NaN) - 1)).toBeLessThan(1e-5);
    });
  });

  test("divergences are those of the logits of transformers and PEFT, in chunks too", async () => {
    const base = tensors.get("base.logits.0") as Float32Array;
    const lora = tensors.get("lora.logits.0") as Float32Array;
    const model = await open(name);
    const other = await open(name, { headBytes: 4 * 64 * 7, chunkTokens: 6 });
    const size = model.config.vocabularySize;
    const adapter = await other.prepareAdapter(readFixtureAdapter(name, "lora", expected));
    const first = itemOf(sequences[0] ?? [], 3);
    const measured = await all(
      measureDivergences({ reference: { model }, candidate: { model: other, adapter } }, [first]),
    );
    expect(measured).toHaveLength(1);
    const [values] = measured as [(typeof measured)[0]];
    expect(values.divergences).toHaveLength(first.ids.length - 3);
    values.divergences.forEach((divergence, i) => {
      const row = i + 2;
      const p = logSoftmax(base.subarray(row * size, (row + 1) * size));
      const q = logSoftmax(lora.subarray(row * size, (row + 1) * size));
      const kl = p.reduce((sum, value, token) => sum + Math.exp(value) * (value - (q[token] ?? NaN)), 0);
      expect(Math.abs(divergence - kl)).toBeLessThan(1e-6 + 1e-4 * kl);
      const token = first.ids[row + 1] ?? NaN;
      expect(values.referenceLosses[i]).toBeCloseTo(-(p[token] ?? NaN), 4);
      expect(values.candidateLosses[i]).toBeCloseTo(-(q[token] ?? NaN), 4);
      expect(values.probabilityChanges[i]).toBeCloseTo(Math.exp(q[token] ?? NaN) - Math.exp(p[token] ?? NaN), 5);
      expect(values.agreements[i]).toBe(p.indexOf(Math.max(...p)) === q.indexOf(Math.max(...q)) ? 1 : 0);
    });
  });

  test("greedy continuations are those of transformers, up to a stop token", async () => {
    const model = await open(name);
    const adapter = await model.prepareAdapter(readFixtureAdapter(name, "lora", expected));
    const run = { model, adapter };
    const questions = prompts.map((ids) => itemOf(ids));
    const measured = await all(measureGenerations(run, questions, { newTokens: 20 }));
    expect(measured.map(({ tokens }) => [...tokens])).toEqual(results.lora.greedy);
    const stop = results.lora.greedy[1]?.[6] ?? NaN;
    const until = (tokens: readonly number[]) =>
      tokens.includes(stop) ? tokens.slice(0, tokens.indexOf(stop) + 1) : tokens;
    const stopped = await all(measureGenerations(run, questions, { newTokens: 20, stopTokens: [stop] }));
    expect(stopped.map(({ tokens }) => [...tokens])).toEqual(results.lora.greedy.map(until));
  });

  test("embeddings are the means of the last hidden states of the prompts", async () => {
    const model = await open(name);
    const measured = await all(measureEmbeddings({ model }, items.slice(1)));
    const size = model.config.hiddenSize;
    measured.forEach(({ vector }, i) => {
      const hidden = tensors.get(`base.hidden.${i}`) as Float32Array;
      const rows = hidden.length / size;
      const mean = Array.from({ length: size }, (_, column) => {
        return (
          Array.from({ length: rows }, (__, row) => hidden[row * size + column] ?? NaN).reduce((a, b) => a + b) / rows
        );
      });
      vector.forEach((value, column) => expect(Math.abs(value - (mean[column] ?? NaN))).toBeLessThan(1e-5));
    });
  });

  test("the likelihoods of answers are those of their tokens after the question", async () => {
    const model = await open(name);
    const [long = [], short = []] = sequences;
    const answers = [
      { ids: Int32Array.from(long), start: 15, characters: 4 },
      { ids: Int32Array.from(short), start: 1, characters: 9 },
    ];
    const item = { ...itemOf(long), choices: { answers, right: 1 } };
    const [measured] = await all(measureChoices({ model }, [item]));
    const losses = await model.tokenLosses([long, short]);
    const sums = [losses[0]?.slice(14), losses[1]].map(
      (values) => -Array.from(values ?? []).reduce((sum, value) => sum + value, 0),
    );
    expect(measured).toMatchObject({ position: 0, characters: Int32Array.of(4, 9), answer: 1 });
    measured?.logLikelihoods.forEach((value, i) => expect(value).toBeCloseTo(sums[i] ?? NaN, 4));
  });
});

test("sequences reach the end of the positions whatever the batch", async () => {
  const model = await open("qwen2");
  const { prompts } = readExpected("qwen2");
  const questions = prompts.map((ids) => itemOf(ids));
  const full = itemOf(Array<number>(64).fill(1));
  const [first, second, none] = await all(measureGenerations({ model }, [...questions, full], { newTokens: 100 }));
  expect([first?.tokens.length, second?.tokens.length, none?.tokens.length]).toEqual([52, 59, 0]);
  const [alone] = await all(measureGenerations({ model }, questions.slice(1), { newTokens: 100 }));
  expect(second?.tokens).toEqual(alone?.tokens);
});

test("an item that is longer than the model's positions is named by its line", async () => {
  const model = await open("qwen2");
  const long = { ...itemOf(Array<number>(65).fill(1)), line: 7 };
  for (const values of [measureLosses({ model }, [long]), measureEmbeddings({ model }, [long])]) {
    await expect(values.next()).rejects.toThrow(
      /line 7 of the evaluation set; received 65 tokens; allowed: at most 64/,
    );
  }
});
