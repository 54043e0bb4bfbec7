import type { TensorRecord } from "../import/records.js";
import type { Database } from "./database.js";

/** The factors of one layer in one checkpoint. */
export interface StoredFactors {
  readonly checkpointId: string;
  readonly layerId: string;
  readonly rank: number;
  readonly scaling: number;
  /** The key of everything computed from these factors. */
  readonly hash: string;
  /** The weight file, absolute. */
  readonly path: string;
  readonly a: TensorRecord;
  readonly b: TensorRecord;
}

/** All factors of `checkpointIds`. */
export function factorsOfCheckpoints({ sql }: Database, checkpointIds: readonly string[]): Promise<StoredFactors[]> {
  return sql<StoredFactors[]>`
    select checkpoint_id as "checkpointId", layer_id as "layerId", rank, scaling, adapter_factors.hash, path,
      json_build_object('name', a_name, 'dtype', a_dtype, 'shape', a_shape,
        'offset', a_offset, 'length', a_length, 'hash', a_hash) as a,
      json_build_object('name', b_name, 'dtype', b_dtype, 'shape', b_shape,
        'offset', b_offset, 'length', b_length, 'hash', b_hash) as b
    from adapter_factors join checkpoint on checkpoint.id = checkpoint_id
    where checkpoint_id = any(${[...checkpointIds]}::uuid[])`;
}
