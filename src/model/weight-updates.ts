/** The weight updates that facts are computed from. */

import type { StoredFactors } from "./stored-factors.js";

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
