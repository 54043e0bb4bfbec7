import { createHash } from "node:crypto";
import { v7 as newId } from "uuid";
import type { CopyValue } from "#src/store/copy/copy-rows.js";
import { KERNEL_VERSION } from "#src/model/computed-facts.js";
import type { ComparedAdapterSettings } from "#src/derive/runs/run-settings.js";
import type { SeedOptions } from "./seed-options.js";

/** Tables in the order in which their rows must be written, with the columns that are filled. */
export const SEEDED_TABLES = {
  study: ["id", "slug", "name", "base_model", "folder", "tags", "created_at", "updated_at"],
  rank: ["id", "study_id", "r"],
  layer: ["id", "study_id", "name", "index", "module", "in_features", "out_features"],
  experiment: [
    "id",
    "study_id",
    "rank_id",
    "name",
    "method",
    "quantization_label",
    "quantization_bits",
    "quantization_scheme",
    "seed",
    "steps",
    "num_samples",
    "adapter",
  ],
  metric: ["experiment_id", "name", "value", "source"],
  metric_series: ["experiment_id", "name", "steps", "values"],
  weight_file: ["hash", "size", "path"],
  checkpoint: ["id", "experiment_id", "step", "is_final", "folders", "hash", "files"],
  adapter_factors: ["checkpoint_id", "layer_id", "rank", "scaling", "hash", "in_features", "out_features"],
  factor_tensor: ["checkpoint_id", "layer_id", "role", "file", "name", "dtype", "shape", "offset", "length", "hash"],
  comparison: [
    "left_hash",
    "right_hash",
    "scaling_ratio",
    "kernel_version",
    "inner_product",
    "left_squared_norm",
    "right_squared_norm",
    "squared_distance",
    "initial_cosine",
    "provider",
    "precision",
    "seconds",
  ],
  spectrum: ["hash", "kernel_version", "singular_values", "squared_norm", "provider", "precision", "seconds"],
} as const;

export type SeededTable = keyof typeof SEEDED_TABLES;
export type SeededRows = Record<SeededTable, CopyValue[][]>;

const BASE_MODELS = ["gpt2-medium", "llama-3-8b", "mistral-7b", "qwen-2.5-7b", "phi-3-mini"];
const FEATURES = 1024;
/** Ratio of successive singular values of an update. */
const SPECTRAL_DECAY = 0.8;
const EPOCH = Date.UTC(2026, 0, 1);

/** Adds the rows of study `number` to `rows`. The values are pseudo-random and depend on `number` and the options only. */
export function seedStudy(rows: SeededRows, number: number, { experiments, layers, points }: SeedOptions): void {
  const random = generator(number + 1);
  const slug = `seeded-${String(number).padStart(6, "0")}`;
  const model = BASE_MODELS[number % BASE_MODELS.length] ?? "";
  const study = newId();
  const created = new Date(EPOCH + number * 60_000).toISOString();
  const tags = ["seeded", `batch-${number % 20}`];
  rows.study.push([
    study,
    slug,
    `Seeded study ${number} of ${model}`,
    model,
    `/seeded/${slug}`,
    tags,
    created,
    created,
  ]);
  const layerIds = Array.from({ length: layers }, (_, index) => {
    const id = newId();
    rows.layer.push([id, study, `transformer.h.${index}.attn.c_attn`, index, "attn.c_attn", FEATURES, 3 * FEATURES]);
    return id;
  });
  const hardness = 0.5 + random();
  for (let k = 1; k <= experiments / 2; k++) {
    const r = 2 ** k;
    const rank = newId();
    rows.rank.push([rank, study, r]);
    const [baseline, candidate] = ([16, 4] as const).map((bits) => {
      const run = { study, slug, rank, r, bits, steps: points * 10 };
      const quantizationLoss = bits === 4 ? (0.12 * hardness) / Math.sqrt(r) : 0;
      const loss = 2.2 + hardness / r + quantizationLoss + random() * 0.01;
      const hashes = seedRun(rows, run, layerIds, loss, random);
      for (const hash of hashes) seedSpectrum(rows, hash, r);
      return hashes;
    });
    for (let i = 0; i < layers; i++) seedComparison(rows, [baseline?.[i] ?? "", candidate?.[i] ?? ""], random);
  }
}

interface SeededRun {
  readonly study: string;
  readonly slug: string;
  readonly rank: string;
  readonly r: number;
  readonly bits: 16 | 4;
  readonly steps: number;
}

/** Adds one run and returns the hashes of its factors, one per layer. */
function seedRun(
  rows: SeededRows,
  { study, slug, rank, r, bits, steps }: SeededRun,
  layerIds: readonly string[],
  loss: number,
  random: () => number,
): string[] {
  const id = newId();
  const name = `${bits}bit_r${r}`;
  const adapter: ComparedAdapterSettings = {
    r,
    loraAlpha: 16,
    useRslora: false,
    useDora: false,
    fanInFanOut: false,
    loraDropout: 0,
    bias: "none",
    targetModules: ["c_attn"],
    rankPattern: {},
    alphaPattern: {},
    revision: null,
    taskType: "CAUSAL_LM",
  };
  const [method, scheme] = bits === 4 ? (["QLORA", "nf4"] as const) : (["LORA", null] as const);
  rows.experiment.push([
    id,
    study,
    rank,
    name,
    method,
    `${bits}bit`,
    bits,
    scheme,
    42,
    steps,
    5_000,
    JSON.stringify(adapter),
  ]);
  const secondsPerStep = bits === 4 ? 1.44 : 1;
  const metrics = {
    training_loss: loss,
    eval_loss: loss - 0.1 + random() * 0.01,
    peak_memory_mb: (bits === 4 ? 3_290 : 11_620) + 2 * r,
    mean_memory_mb: (bits === 4 ? 3_100 : 11_000) + 2 * r,
    time_per_step_seconds: secondsPerStep,
    training_time_seconds: secondsPerStep * steps,
  };
  for (const [metric, value] of Object.entries(metrics)) rows.metric.push([id, metric, value, "results.csv"]);
  const addCurve = (curve: string, interval: number) => {
    const curveSteps = Array.from({ length: Math.floor(steps / interval) }, (_, i) => (i + 1) * interval);
    const values = curveSteps.map((step) => loss + 2 * Math.exp(-step / 200) + 0.02 * random());
    rows.metric_series.push([id, curve, curveSteps, values]);
  };
  addCurve("loss", 10);
  addCurve("eval_loss", 100);
  if (layerIds.length === 0) return [];

  const checkpoint = newId();
  const file = sha256(`${slug} ${name}`);
  const size = 16 * FEATURES * r * layerIds.length;
  rows.weight_file.push([file, size, `/seeded/${slug}/${name}/adapter_model.safetensors`]);
  rows.checkpoint.push([checkpoint, id, steps, true, [`${name}/final_model`], file, [file]]);
  return layerIds.map((layer, i) => {
    const hash = sha256(`${slug} ${name} ${i}`);
    const path = `base_model.model.transformer.h.${i}.attn.c_attn`;
    const aLength = 4 * FEATURES * r;
    const bLength = 12 * FEATURES * r;
    const offset = (aLength + bLength) * i;
    rows.adapter_factors.push([checkpoint, layer, r, 16 / r, hash, FEATURES, 3 * FEATURES]);
    const key = [checkpoint, layer];
    rows.factor_tensor.push(
      [...key, "A", file, `${path}.lora_A.weight`, "F32", [r, FEATURES], offset, aLength, `${hash}a`],
      [...key, "B", file, `${path}.lora_B.weight`, "F32", [3 * FEATURES, r], offset + aLength, bLength, `${hash}b`],
    );
    return hash;
  });
}

/** Adds the comparison of the two factors of one layer. */
function seedComparison(rows: SeededRows, pair: readonly [string, string], random: () => number): void {
  const [left, right] = [...pair].sort();
  const leftSquaredNorm = 1 + random();
  const rightSquaredNorm = 1 + random();
  const innerProduct = (0.8 + 0.18 * random()) * Math.sqrt(leftSquaredNorm * rightSquaredNorm);
  const squaredDistance = leftSquaredNorm + rightSquaredNorm - 2 * innerProduct;
  rows.comparison.push([
    left ?? "",
    right ?? "",
    1,
    KERNEL_VERSION,
    innerProduct,
    leftSquaredNorm,
    rightSquaredNorm,
    squaredDistance,
    0.97,
    "cpu",
    "float64",
    0.001,
  ]);
}

/** Adds the spectrum of the update of one layer: `r` singular values that decay geometrically. */
function seedSpectrum(rows: SeededRows, hash: string, r: number): void {
  const singularValues = Array.from({ length: r }, (_, i) => SPECTRAL_DECAY ** i);
  const squaredNorm = singularValues.reduce((sum, value) => sum + value * value, 0);
  rows.spectrum.push([hash, KERNEL_VERSION, singularValues, squaredNorm, "cpu", "float64", 0.001]);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Returns a generator of pseudo-random numbers in [0, 1), seeded with `seed` (Mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
