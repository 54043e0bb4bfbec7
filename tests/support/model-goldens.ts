import type { Provider } from "#src/model/computed-facts.js";
import type { ModelPrecision } from "#src/compute/models/graph-writer.js";
import type { LanguageModel } from "#src/compute/models/language-model-types.js";
import { openModelOn } from "#src/compute/models/open-model-on.js";
import { MODEL_FIXTURES, openFixture, readExpected, readFixtureAdapter, type Expected } from "./model-fixtures.js";

/** How far a fixture's model is from transformers and PEFT in float32. */
export interface Golden {
  readonly name: string;
  readonly form: "base" | "lora" | "dora";
  readonly provider: Provider;
  readonly precision: ModelPrecision;
  readonly fallback: string | null;
  /** Largest absolute error of the logits. */
  readonly logitError: number;
  /** Largest relative error of a sequence's loss. */
  readonly lossError: number;
  /** Share of the greedy tokens that are the same, up to the first that differs in each continuation. */
  readonly greedy: number;
}

const FORMS = ["base", "lora", "dora"] as const;

/**
 * Runs the models of all fixtures on a provider. The models stay open until the last one has run: a device forgets the programs
 * that it has compiled when its last session ends, and on an emulated device compiling is most of the work.
 */
export async function modelGoldens(provider: Provider, precision: ModelPrecision): Promise<Golden[]> {
  const goldens: Golden[] = [];
  const opened: LanguageModel[] = [];
  for (const name of MODEL_FIXTURES) {
    const { config, files } = await openFixture(name);
    const expected = readExpected(name);
    const { model, ...execution } = await openModelOn({
      config,
      files,
      provider,
      precision,
      threads: 1,
      maxBytes: 2 ** 30,
      chunkTokens: 12,
    });
    opened.push(model);
    for (const form of FORMS)
      goldens.push({ name, form, ...execution, ...(await errorsOf(model, name, form, expected)) });
  }
  await Promise.all(opened.map((model) => model.close()));
  return goldens;
}

async function errorsOf(model: LanguageModel, name: string, form: Golden["form"], expected: Expected) {
  const { sequences, prompts, tensors } = expected;
  const { losses: means, greedy: continuations } = expected.results[form];
  const adapter = form === "base" ? undefined : await model.prepareAdapter(readFixtureAdapter(name, form, expected));
  const logits: number[] = [];
  for await (const chunk of model.logits(sequences[0] ?? [], { adapter })) logits.push(...chunk.logits);
  const wanted = tensors.get(`${form}.logits.0`) ?? new Float32Array();
  if (wanted.length === 0 || wanted.length !== logits.length) throw new Error(`${name} has other logits.`);
  const losses = (await model.tokenLosses(sequences, { adapter })).map(
    (values, i) => values.reduce((sum, value) => sum + value, 0) / values.length / (means[i] ?? NaN) - 1,
  );
  const own = await continued(model, prompts, continuations[0]?.length ?? 0, adapter);
  const same = continuations.map((tokens, i) => {
    const first = tokens.findIndex((token, at) => own[i]?.[at] !== token);
    return (first < 0 ? tokens.length : first) / tokens.length;
  });
  return {
    logitError: Math.max(...logits.map((value, i) => Math.abs(value - (wanted[i] ?? NaN)))),
    lossError: Math.max(...losses.map(Math.abs)),
    greedy: same.reduce((sum, share) => sum + share, 0) / same.length,
  };
}

/** Continues prompts by the most likely tokens. */
async function continued(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  count: number,
  adapter: Awaited<ReturnType<LanguageModel["prepareAdapter"]>> | undefined,
): Promise<number[][]> {
  const size = model.config.vocabularySize;
  let state = await model.prefill(prompts, { adapter });
  const all = prompts.map((): number[] => []);
  for (let step = 0; step < count; step++) {
    const next = prompts.map((_, item) => {
      const row = state.logits.subarray(item * size, (item + 1) * size);
      return row.indexOf(Math.max(...row));
    });
    next.forEach((token, item) => all[item]?.push(token));
    if (step + 1 < count) state = await state.append(next);
  }
  state.release();
  return all;
}
