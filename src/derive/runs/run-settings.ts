import type { AdapterSettings, Quantization, UncomparedTensors } from "../../model/records.js";
import type { RunData } from "./run-data.js";

/** The training settings of a run, from its files. Null is unknown. */
export interface RunSettings {
  readonly name: string;
  readonly method: string;
  readonly quantization: Quantization;
  /** Null for a run without a rank. */
  readonly rank: number | null;
  readonly seed: number | null;
  /** Stated task and data set. Null or undefined if neither is stated. */
  readonly data?: RunData | null | undefined;
  /** Number of optimizer steps. */
  readonly steps: number | null;
  /** Number of training examples. */
  readonly numSamples: number | null;
  /** Maximum logged learning rate. */
  readonly peakLearningRate: number | null;
  readonly baseModel: string | null;
  /** Settings from adapter_config.json. Null if only tables name the run. */
  readonly adapter: ComparedAdapterSettings | null;
  /** Optimizer step of the compared checkpoint. */
  readonly checkpointStep: number | null;
  /** Tensors of that checkpoint that are stored but not compared. */
  readonly uncompared: readonly UncomparedTensors[];
}

/** The adapter settings that conclusions use. `initLoraWeights` is missing from studies that an earlier version imported. */
export type ComparedAdapterSettings = Omit<AdapterSettings, "initLoraWeights" | "modulesToSave" | "loraBias"> & {
  readonly initLoraWeights?: string | undefined;
};

/** Returns the scaling of modules without a pattern: alpha / r, or alpha / sqrt(r) with rsLoRA. */
export function defaultScaling({ loraAlpha, r, useRslora }: ComparedAdapterSettings): number {
  return loraAlpha / (useRslora ? Math.sqrt(r) : r);
}
