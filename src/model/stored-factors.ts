import type { FactorTensors } from "./factor-tensors.js";
import type { TensorRecord } from "./records.js";
import type { WeightFile } from "./weight-store.js";

/** Where a tensor lies, with the file's size and path. */
export interface StoredTensor extends Omit<TensorRecord, "file"> {
  readonly file: WeightFile;
}

/** The adapter factors of one layer in one checkpoint. */
export interface StoredFactors extends FactorTensors<StoredTensor> {
  readonly checkpointId: string;
  readonly layerId: string;
  readonly rank: number;
  readonly scaling: number;
  /** The key of everything computed from these factors. */
  readonly hash: string;
  /** Whether dW is added transposed: its left and right subspaces swap. */
  readonly transposed: boolean;
}

/** The locations from which the tensors of an update are read. */
export type FactorLocation = Pick<StoredFactors, "hash" | "rank"> & FactorTensors<StoredTensor>;
