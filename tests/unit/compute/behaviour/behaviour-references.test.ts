import { afterAll, describe, expect, test } from "vitest";
import { intruderDimensions } from "#src/compute/behaviour/intruder-dimensions.js";
import { baselineRun, layerSwaps } from "#src/compute/behaviour/layer-swaps.js";
import { measureDivergences } from "#src/compute/behaviour/measure-divergences.js";
import { measureEmbeddings } from "#src/compute/behaviour/measure-embeddings.js";
import { measureLayerDivergences } from "#src/compute/behaviour/measure-layer-divergences.js";
import { measureWeightGaps } from "#src/compute/behaviour/measure-weight-gaps.js";
import { quantizedLayers, type QuantizedLayer } from "#src/compute/behaviour/quantized-layers.js";
import { weightGap } from "#src/compute/behaviour/weight-gap.js";
import { openModel } from "#src/compute/models/language-model.js";
import type { LanguageModel } from "#src/compute/models/language-model-types.js";
import { mergedValues } from "#src/compute/models/quantization/merge-update.js";
import { servedWeights } from "#src/compute/models/quantization/served-weights.js";
import { inFileShape, storedWeights } from "#src/compute/models/quantization/stored-weights.js";
import type { LayerWeightGap } from "#src/model/layer-sensitivity.js";
import type { ModelAdapter } from "#src/model/language-model.js";
import { itemOf, measureAll, readExpectedBehaviour } from "../../../support/behaviour-fixtures.js";
import { openFixture, readExpected, readFixtureAdapter } from "../../../support/model-fixtures.js";

// Expected values are those of transformers, PEFT, bitsandbytes and NumPy (scripts/reference/behaviour.py).

const NF4 = { scheme: "nf4", doubleQuantization: false } as const;
const EXPECTED = readExpectedBehaviour();
const opened: LanguageModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.close())));

async function open(name: string, weights?: ReadonlyMap<string, Float32Array>): Promise<LanguageModel> {
  const fixture = await openFixture(name);
  const options = { ...fixture, provider: "cpu", threads: 1, maxBytes: 2 ** 30 } as const;
  const model = openModel(weights === undefined ? options : { ...options, weights });
  opened.push(model);
  return model;
}

/** Opens a model whose linear weights are those of its file, and can be replaced. */
async function openReplaceable(name: string): Promise<LanguageModel> {
  const weights = new Map<string, Float32Array>();
  for await (const { module, tensor, values } of storedWeights(await openFixture(name))) {
    weights.set(tensor, inFileShape(module, values));
  }
  return open(name, weights);
}

/** The candidate of the reference: the LoRA adapter with B halved. */
function halved(adapter: ModelAdapter): ModelAdapter {
  return new Map([...adapter].map(([name, update]) => [name, { ...update, b: update.b.map((value) => value / 2) }]));
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], absolute: number, relative = 0): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] ?? NaN) - value)).toBeLessThanOrEqual(absolute + relative * Math.abs(value));
  });
}

describe.each(Object.entries(EXPECTED))("%s", (name, expected) => {
  const fixture = readExpected(name);
  const items = fixture.sequences.map((ids) => itemOf(ids));
  const lora = () => readFixtureAdapter(name, "lora", fixture);

  test.each(["lora", "dora"] as const)("divergences of the base from %s are those in float64", async (form) => {
    const model = await open(name);
    const adapter = await model.prepareAdapter(readFixtureAdapter(name, form, fixture));
    const measured = await measureAll(
      measureDivergences({ reference: { model }, candidate: { model, adapter } }, items),
    );
    expect(measured).toHaveLength(items.length);
    measured.forEach((values, i) => {
      const each = expected.divergences[form][i];
      expectClose(values.divergences, each?.divergences ?? [], 1e-6, 1e-4);
      expect([...values.agreements]).toEqual(each?.agreements);
      expectClose(values.probabilityChanges, each?.probabilityChanges ?? [], 1e-6, 1e-4);
      expectClose(values.referenceLosses, each?.referenceLosses ?? [], 1e-5, 1e-5);
      expectClose(values.candidateLosses, each?.candidateLosses ?? [], 1e-5, 1e-5);
    });
  });

  test("embeddings are the means of hidden_states[-1]", async () => {
    const model = await open(name);
    const adapter = await model.prepareAdapter(lora());
    const measured = await measureAll(measureEmbeddings({ model, adapter }, items));
    measured.forEach(({ vector }, i) => expectClose(vector, expected.embeddings[i] ?? [], 1e-5));
  });

  test("one layer at a time, the divergence is that of Q + dW_q in that layer only", async () => {
    const model = await openReplaceable(name);
    const options = {
      ...(await openFixture(name)),
      model,
      quantization: NF4,
      baseline: lora(),
      candidate: halved(lora()),
    };
    const reference = await baselineRun(options);
    const layers: string[] = [];
    for await (const { layer, sums, tokens } of measureLayerDivergences(reference, layerSwaps(options), items)) {
      layers.push(layer);
      expect([...tokens]).toEqual(items.map(({ scoredTokens }) => scoredTokens));
      expectClose(sums, expected.sensitivity[layer] ?? [], 1e-5, 1e-4);
    }
    expect(layers.sort()).toEqual(Object.keys(expected.sensitivity).sort());
  });

  test("norms of weights, errors and gaps are those of NumPy", async () => {
    const [baseline, candidate] = [lora(), halved(lora())];
    const model = await openFixture(name);
    const gaps = new Map<string, LayerWeightGap>();
    for await (const { position, ...gap } of measureWeightGaps({
      layers: quantizedLayers({ ...model, quantization: NF4 }),
      baseline,
      candidate,
    })) {
      expect(position).toBe(gaps.size);
      gaps.set(gap.layer, gap);
    }
    for await (const { module, values } of storedWeights(model)) {
      const { layer, ...norms } = gaps.get(module.name) as LayerWeightGap;
      const reference = expected.gaps[layer] ?? ({} as never);
      const names = Object.keys(norms) as (keyof typeof norms)[];
      expectClose(
        names.map((key) => norms[key]),
        names.map((key) => reference[key]),
        1e-9,
        1e-6,
      );
      const update = baseline.get(module.name);
      if (update !== undefined) {
        const adapted = mergedValues(values, module, update);
        expect(intruderDimensions(values, adapted, module)).toBe(expected.intruders[layer]);
      }
    }
  });

  test.each([
    ["lora.merged", null, "lora", "MERGED"],
    ["dora.merged", null, "dora", "MERGED"],
    ["nf4.merged", NF4, "lora", "MERGED"],
    ["nf4.requantized", NF4, "lora", "MERGED_REQUANTIZED"],
  ] as const)("the loss of %s is that of the model that PEFT merges", async (key, quantization, adapterForm, form) => {
    const adapter = readFixtureAdapter(name, adapterForm, fixture);
    const weights = new Map<string, Float32Array>();
    for await (const [tensor, values] of servedWeights({ ...(await openFixture(name)), quantization, adapter, form })) {
      weights.set(tensor, values);
    }
    const [losses = new Float32Array()] = await (await open(name, weights)).tokenLosses(fixture.sequences.slice(0, 1));
    const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
    // A sum that lies between two stored numbers may be rounded to the other one.
    expect(Math.abs(loss / expected.served[key] - 1)).toBeLessThan(2e-4);
  });
});

test("equal updates of an unquantized base leave no gap", async () => {
  const fixture = readExpected("gpt2");
  const adapter = readFixtureAdapter("gpt2", "lora", fixture);
  for await (const { module, values } of storedWeights(await openFixture("gpt2"))) {
    const update = adapter.get(module.name);
    const gap = weightGap({ module, weight: values, quantized: values, baseline: update, candidate: update });
    expect(gap).toMatchObject({ gap: 0, quantizationError: 0 });
  }
});

test("a DoRA update is refused, because its magnitudes belong to another weight", async () => {
  const fixture = readExpected("gpt2");
  const model = await open("gpt2");
  const baseline = readFixtureAdapter("gpt2", "dora", fixture);
  await expect(baselineRun({ model, baseline })).rejects.toMatchObject({ code: "MODEL_ADAPTER_MISMATCH" });
  const gaps = measureWeightGaps({
    layers: quantizedLayers({ ...(await openFixture("gpt2")), quantization: NF4 }),
    baseline,
    candidate: new Map(),
  });
  await expect(gaps.next()).rejects.toMatchObject({ code: "MODEL_ADAPTER_MISMATCH" });
});

test("a resumed job computes the gaps of the remaining layers only, and layers that are kept are not read again", async () => {
  const model = await openFixture("gpt2");
  const none: ModelAdapter = new Map();
  const kept = new Map<number, QuantizedLayer>();
  const base = { ...model, quantization: NF4, positions: new Set([1, 6]), kept };
  const gaps = () => measureAll(measureWeightGaps({ layers: quantizedLayers(base), baseline: none, candidate: none }));
  const measured = await gaps();
  expect(measured.map(({ position, layer }) => [position, layer])).toEqual([
    [1, "transformer.h.0.attn.c_proj"],
    [6, "transformer.h.1.mlp.c_fc"],
  ]);
  // The next pair of the same base takes the layers from memory.
  expect([...kept.keys()]).toEqual([1, 6]);
  expect(await gaps()).toEqual(measured);
});
