/** The weight updates that facts are computed from. */

import type { FactorTensors } from "./factor-tensors.js";
import type { TensorRecord } from "./records.js";
import type { WeightFile } from "./weight-store.js";

/** The location of a tensor, with the size and the path of its file. */
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

/** Rows of B from `from` up to, not including, `to`: a sub-module of a fused projection. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** The update of one layer, dW = scaling * B * A, or the part of it that some rows of B make. */
export interface WeightUpdate {
  readonly factors: StoredFactors;
  /** Undefined for all rows of B. */
  readonly rows?: RowRange | undefined;
}

/** Two updates of one shape to compare; the distance is |B1 A1 - scalingRatio B2 A2|. */
export interface UpdatePair {
  readonly left: WeightUpdate;
  readonly right: WeightUpdate;
  /** The right update's scaling over the left one's (see `scalingRatio`); 1 leaves scalings out. Only comparisons use it. */
  readonly scalingRatio: number;
}

/** An update by its content: the hash of its factors. */
export interface UpdateRef {
  readonly hash: string;
  /** Undefined for all rows of B. */
  readonly rows?: RowRange | undefined;
}

/** Returns the content key of an update: equal weights have equal keys in every study. */
export function updateKey({ factors, rows }: WeightUpdate): string {
  return updateRefKey({ hash: factors.hash, rows });
}

/** Returns the content key of an update that is known by its hash. */
export function updateRefKey({ hash, rows }: UpdateRef): string {
  return rows === undefined ? hash : `${hash}@${rows.from}-${rows.to}`;
}

/**
 * Returns the candidate's scaling over the baseline's. The distance |dW1 - dW2| is |s1| |B1 A1 - ratio B2 A2|, which is
 * what is computed and stored.
 *
 * Returns 1 where either scaling is 0: that update is zero, so its distance to the other is the other's norm, and no
 * comparison has to be computed for a ratio of 0 or infinity.
 */
export function scalingRatio(baselineScaling: number, candidateScaling: number): number {
  return baselineScaling === 0 || candidateScaling === 0 ? 1 : candidateScaling / baselineScaling;
}
