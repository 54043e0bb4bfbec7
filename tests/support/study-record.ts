import type { CheckpointRecord, ExperimentRecord, StudyRecord } from "#src/model/records.js";

/** A checkpoint of one layer `h.0.c_attn` whose bytes are named by `hash`. */
export function checkpointRecord(hash: string, rest: Partial<CheckpointRecord> = {}): CheckpointRecord {
  const tensor = (side: string, shape: number[]) => ({
    file: hash,
    name: `h.0.c_attn.lora_${side}.weight`,
    dtype: "F32",
    shape,
    columnMajor: false,
    offset: 80,
    length: shape.reduce((size, length) => size * length, 4),
    hash: `${hash} ${side}`,
  });
  return {
    step: 1000,
    isFinal: true,
    folders: ["run/final_model"],
    hash,
    files: [{ path: `/weights/${hash}`, size: 200, hash }],
    factors: [
      {
        layer: "h.0.c_attn",
        rank: 2,
        scaling: 8,
        transposed: false,
        a: tensor("A", [2, 6]),
        b: tensor("B", [9, 2]),
        hash: `pair ${hash}`,
      },
    ],
    uncompared: [],
    ...rest,
  };
}

export function experimentRecord(name: string, rest: Partial<ExperimentRecord> = {}): ExperimentRecord {
  return {
    name,
    method: "LORA",
    quantization: { label: "16bit", bits: 16, scheme: null },
    rank: 2,
    seed: null,
    steps: 1000,
    numSamples: 5000,
    adapter: null,
    settings: [],
    metrics: [{ name: "training_loss", value: 1.5, source: "results.csv" }],
    evaluations: [],
    predictions: [],
    series: [{ name: "loss", steps: [10, 20], values: [3, NaN] }],
    checkpoints: [checkpointRecord(name)],
    ...rest,
  };
}

export function studyRecord(experiments: readonly ExperimentRecord[], rest: Partial<StudyRecord> = {}): StudyRecord {
  return {
    name: "A study",
    baseModel: "tiny",
    folder: "/studies/a",
    experiments,
    layers: [{ name: "h.0.c_attn", index: 0, module: "c_attn", inFeatures: 6, outFeatures: 9 }],
    ...rest,
  };
}
