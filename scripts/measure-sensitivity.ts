// `npx tsx scripts/measure-sensitivity.ts SET.jsonl`: runs the example study's models on an evaluation set of token ids, and prints each
// run's loss on both bases, the KL divergence by layer, how well cheaper scores order the layers, and what served forms cost.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { baselineRun, layerSwaps } from "#src/compute/behaviour/layer-swaps.js";
import { measureDivergences } from "#src/compute/behaviour/measure-divergences.js";
import { measureLayerDivergences } from "#src/compute/behaviour/measure-layer-divergences.js";
import { measureLosses } from "#src/compute/behaviour/measure-losses.js";
import { weightGap } from "#src/compute/behaviour/weight-gap.js";
import { openModel } from "#src/compute/models/language-model.js";
import { quantizedWeights } from "#src/compute/models/quantization/quantized-weights.js";
import { quantizedValues } from "#src/compute/models/quantization/quantize-weight.js";
import { servedWeights } from "#src/compute/models/quantization/served-weights.js";
import { inFileShape, storedWeights } from "#src/compute/models/quantization/stored-weights.js";
import { meanDivergence, relativeGap } from "#src/derive/sensitivity/measured-sensitivities.js";
import { friedmanTest } from "#src/derive/statistics/friedman.js";
import { spearman } from "#src/derive/statistics/spearman.js";
import { encodeEvaluationItem } from "#src/import/evaluation-set/encode-evaluation-item.js";
import { readEvaluationItems } from "#src/import/evaluation-set/read-evaluation-set.js";
import type { EncodedItem } from "#src/model/evaluation-items.js";
import type { ModelAdapter } from "#src/model/language-model.js";
import { allLinearModules } from "#src/model/model-tensors.js";
import { readModelFolder, readPeftAdapter } from "../tests/support/model-fixtures.js";
import { print } from "./bench/print.js";

const STUDY = fileURLToPath(new URL("../examples/reference-study", import.meta.url));
const NF4 = { scheme: "nf4", doubleQuantization: true } as const;
const SEEDS = [0, 1, 2];
/** Items for the scores of layers. */
const SAMPLE = 20;
const base = await readModelFolder(path.join(STUDY, "base"));

function adapterOf(run: string): ModelAdapter {
  const folder = path.join(STUDY, "runs", run, "final_model");
  if (!readdirSync(folder).includes("adapter_model.safetensors")) throw new Error(`${folder} has no adapter.`);
  // alpha is 2 r in every run.
  const scaling = run.endsWith("rslora") ? 16 / Math.sqrt(8) : 2;
  return readPeftAdapter(folder, Object.fromEntries(allLinearModules(base.config).map(({ name }) => [name, scaling])));
}

function open(weights: ReadonlyMap<string, Float32Array>) {
  return openModel({ ...base, provider: "cpu", threads: 2, maxBytes: 2 ** 31, weights });
}

async function collect(weights: AsyncIterable<readonly [string, Float32Array]>) {
  const all = new Map<string, Float32Array>();
  for await (const [name, values] of weights) all.set(name, values);
  return all;
}

async function* originalWeights() {
  for await (const { module, tensor, values } of storedWeights(base))
    yield [tensor, inFileShape(module, values)] as const;
}

const models = {
  stored: open(await collect(originalWeights())),
  quantized: open(await collect(quantizedWeights({ ...base, quantization: NF4 }))),
};

async function readItems(file: string): Promise<EncodedItem[]> {
  const items: EncodedItem[] = [];
  const noTokenizer = { encode: () => Promise.reject(new Error("The set must have token ids.")) };
  for await (const item of readEvaluationItems(path.resolve(file), file)) {
    items.push(await encodeEvaluationItem(item, { ...noTokenizer, render: noTokenizer.encode }, file));
  }
  return items;
}

/** The Trainer's loss: summed cross entropy over all tokens, of which the first of each item has none. */
async function trainerLoss(model: typeof models.stored, run: string, items: readonly EncodedItem[]): Promise<number> {
  const adapter = await model.prepareAdapter(adapterOf(run));
  let sum = 0;
  for await (const { losses } of measureLosses({ model, adapter }, items)) for (const loss of losses) sum += loss;
  return sum / items.reduce((tokens, { ids }) => tokens + ids.length, 0);
}

async function meanKl(runs: Parameters<typeof measureDivergences>[0], items: readonly EncodedItem[]): Promise<number> {
  let sum = 0;
  let tokens = 0;
  for await (const { divergences } of measureDivergences(runs, items)) {
    for (const value of divergences) sum += value;
    tokens += divergences.length;
  }
  return sum / tokens;
}

async function layerScores(baseline: ModelAdapter, candidate: ModelAdapter, items: readonly EncodedItem[]) {
  const options = { ...base, model: models.stored, quantization: NF4, baseline, candidate };
  const scores = new Map<string, number>();
  for await (const one of measureLayerDivergences(await baselineRun(options), layerSwaps(options), items)) {
    scores.set(one.layer, meanDivergence(one));
  }
  return scores;
}

const [, , file = ""] = process.argv;
const items = await readItems(file);
const sample = items.slice(0, SAMPLE);

const lossRows: string[][] = [["run", "16-bit base", "NF4, double quantization"]];
for (const run of [
  "16bit_r8_s0",
  "16bit_r16_s0",
  "16bit_r8_s0_rslora",
  "16bit_r8_s0_dora",
  "4bit_r8_s0",
  "4bit_r16_s1",
  "4bit_r4_s2",
]) {
  const losses = [await trainerLoss(models.stored, run, items), await trainerLoss(models.quantized, run, items)];
  lossRows.push([run, ...losses.map((loss) => loss.toFixed(6))]);
}
print("Loss of the Trainer's form", `${items.length} items`, lossRows);

const none: ModelAdapter = new Map();
const withoutAdapter = await layerScores(none, none, sample);
const seeds: Map<string, number>[] = [];
const gaps: { layer: string; seed: number; fair: number; error: number; relativeError: number }[] = [];
for (const seed of SEEDS) {
  const [baseline, candidate] = [adapterOf(`16bit_r8_s${seed}`), adapterOf(`4bit_r8_s${seed}`)];
  seeds.push(await layerScores(baseline, candidate, sample));
  for await (const { module, tensor, values } of storedWeights(base)) {
    const type = base.files.tensors.get(tensor)?.dtype ?? "F32";
    const quantized = quantizedValues(values, module.inFeatures, NF4, type);
    const updates = { baseline: baseline.get(module.name), candidate: candidate.get(module.name) };
    const gap = weightGap({ module, weight: values, quantized, ...updates });
    const { quantizationError: error, weightNorm } = gap;
    gaps.push({ layer: module.name, seed, fair: relativeGap(gap), error, relativeError: error / weightNorm });
  }
}
const layers = [...withoutAdapter.keys()];
print("KL by layer, nats per token", `${sample.length} items; r = 8`, [
  ["layer", "no adapter", ...SEEDS.map((seed) => `seed ${seed}`), "fair gap", "|W - Q|/|W|"],
  ...layers.map((layer) => {
    const gap = gaps.find((one) => one.layer === layer && one.seed === 0);
    const kl = [withoutAdapter, ...seeds].map((scores) => (scores.get(layer) ?? NaN).toExponential(2));
    return [layer, ...kl, (gap?.fair ?? NaN).toFixed(4), (gap?.relativeError ?? NaN).toFixed(4)];
  }),
]);

const correlation = (score: (gap: (typeof gaps)[number]) => number) =>
  spearman(gaps.map((gap) => ({ x: score(gap), y: seeds[gap.seed]?.get(gap.layer) ?? NaN })))?.toFixed(2) ?? "-";
const between = spearman(layers.map((layer) => ({ x: seeds[0]?.get(layer) ?? NaN, y: seeds[1]?.get(layer) ?? NaN })));
print("Spearman's correlation with the measured KL", `${layers.length} layers, ${SEEDS.length} seeds`, [
  ["score", "rho"],
  ["fair gap", correlation(({ fair }) => fair)],
  ["|W - Q|, absolute", correlation(({ error }) => error)],
  ["|W - Q| / |W|", correlation(({ relativeError }) => relativeError)],
  ["measured KL, seeds 0 and 1", between?.toFixed(2) ?? "-"],
]);
const test = friedmanTest(seeds.map((scores) => layers.map((layer) => scores.get(layer) ?? NaN)));
print("Layers against seeds", "Friedman", [
  ["p", "Kendall's W"],
  [test?.p.toExponential(1) ?? "-", test?.kendallsW.toFixed(2) ?? "-"],
]);

const runOf = async (model: typeof models.stored, run: string) => ({
  model,
  adapter: await model.prepareAdapter(adapterOf(run)),
});
const lora = await runOf(models.stored, "16bit_r8_s0");
const qlora = await runOf(models.quantized, "4bit_r8_s0");
const pairs: [string, number][] = [
  [
    "base: stored, NF4",
    await meanKl({ reference: { model: models.stored }, candidate: { model: models.quantized } }, sample),
  ],
  ["16bit_r8_s0, 4bit_r8_s0", await meanKl({ reference: lora, candidate: qlora }, items)],
  [
    "16bit_r8_s0, 16bit_r8_s1",
    await meanKl({ reference: lora, candidate: await runOf(models.stored, "16bit_r8_s1") }, items),
  ],
];
for (const form of ["MERGED", "MERGED_REQUANTIZED"] as const) {
  const adapter = adapterOf("4bit_r8_s0");
  const model = open(await collect(servedWeights({ ...base, quantization: NF4, adapter, form })));
  pairs.push([`4bit_r8_s0: SEPARATE, ${form}`, await meanKl({ reference: qlora, candidate: { model } }, items)]);
  await model.close();
}
const model = open(
  await collect(servedWeights({ ...base, quantization: null, adapter: adapterOf("16bit_r8_s0"), form: "MERGED" })),
);
pairs.push(["16bit_r8_s0: SEPARATE, MERGED", await meanKl({ reference: lora, candidate: { model } }, items)]);
print("KL between models", "nats per token", [
  ["reference, candidate", "KL"],
  ...pairs.map(([name, kl]) => [name, kl.toExponential(3)]),
]);
await Promise.all([model, models.stored, models.quantized].map((one) => one.close()));
