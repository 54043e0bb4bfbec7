import type { Database } from "#src/store/database.js";
import { storedStudy, type StoredIds, type StoredLayer, type StoredRun } from "./stored-study.js";

const adapter = {
  r: 2,
  loraAlpha: 8,
  useRslora: false,
  useDora: false,
  fanInFanOut: true,
  loraDropout: 0,
  bias: "none",
  targetModules: ["c_attn", "c_fc"],
  rankPattern: {},
  alphaPattern: {},
  revision: null,
  taskType: "CAUSAL_LM",
};

/** Returns `rows` x `columns` float32 values that differ for every phase. */
function values(rows: number, columns: number, phase: number): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => Math.fround(Math.sin(1.7 * (i * columns + j) ** 2 + phase * (i + 1)))),
  );
}

/** GPT-2's fused projection: 6 inputs, 18 outputs. */
export function attention(block: number, rank: number, phase: number, scaling = 4): StoredLayer {
  return {
    name: `h.${block}.attn.c_attn`,
    module: "attn.c_attn",
    a: values(rank, 6, phase),
    b: values(18, rank, phase + 0.3),
    scaling,
    transposed: true,
  };
}

export function feedForward(block: number, rank: number, phase: number, outputs = 8): StoredLayer {
  return {
    name: `h.${block}.mlp.c_fc`,
    module: "mlp.c_fc",
    a: values(rank, 6, phase),
    b: values(outputs, rank, phase + 0.7),
    scaling: 4,
  };
}

/** Baseline and candidate of rank 2 start from the same A; the candidate's checkpoint at step 900 is close to its final one. */
export const ONE: readonly StoredRun[] = [
  {
    name: "16bit_r2",
    bits: 16,
    rank: 2,
    metrics: { training_loss: 2, peak_memory_mb: 100 },
    adapter,
    checkpoints: { 1000: [attention(0, 2, 1), feedForward(1, 2, 2)] },
  },
  {
    name: "4bit_r2",
    bits: 4,
    rank: 2,
    metrics: { training_loss: 2.1 },
    adapter: { ...adapter, loraAlpha: 4 },
    checkpoints: {
      900: [attention(0, 2, 1.0999, 2), feedForward(1, 2, 2.0999)],
      1000: [attention(0, 2, 1.1, 2), feedForward(1, 2, 2.1)],
    },
  },
  { name: "16bit_r3", bits: 16, rank: 3, checkpoints: { 1000: [attention(0, 3, 4), feedForward(1, 3, 5)] } },
  { name: "4bit_r3", bits: 4, rank: 3, checkpoints: { 1000: [attention(0, 3, 4.2), feedForward(1, 3, 5.2)] } },
  { name: "16bit_r9", bits: 16, rank: 9, checkpoints: {} },
];

/** A study of another base model: one layer has another shape, one is not adapted in the first study. */
export const TWO: readonly StoredRun[] = [
  {
    name: "other",
    bits: 16,
    rank: 2,
    steps: 500,
    metrics: { training_loss: 3, eval_loss: 4 },
    adapter: { ...adapter, useDora: true },
    uncompared: [{ name: "wte.weight", kind: "MODULE_TO_SAVE" }],
    checkpoints: { 500: [attention(0, 2, 7), feedForward(1, 2, 8, 9), feedForward(2, 2, 9)] },
  },
  {
    name: "untrained",
    bits: 16,
    rank: 2,
    checkpoints: { 0: [{ ...attention(0, 2, 7), b: values(18, 2, 0).map((row) => row.map(() => 0)) }] },
  },
];

export async function twoStudies(database: Database, folder: string): Promise<{ one: StoredIds; two: StoredIds }> {
  return {
    one: await storedStudy(database, folder, "one", ONE),
    two: await storedStudy(database, folder, "two", TWO, "other-base"),
  };
}

/** A layer of a run's checkpoint. */
export function layerOf(runs: readonly StoredRun[], run: string, step: number, name: string): StoredLayer {
  const layer = runs.find((one) => one.name === run)?.checkpoints[step]?.find((one) => one.name === name);
  if (layer === undefined) throw new Error(`${run} has no ${name} at ${step}`);
  return layer;
}
