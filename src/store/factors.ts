import type { LocatedFactors, StoredFactors } from "../model/stored-factors.js";
import type { Connection } from "./connection.js";

/** All factors of `checkpointIds`. */
export function factorsOfCheckpoints({ sql }: Connection, checkpointIds: readonly string[]): Promise<StoredFactors[]> {
  return sql<StoredFactors[]>`
    select checkpoint_id as "checkpointId", layer_id as "layerId", rank, scaling, adapter_factors.hash, transposed,
      ${tensors(sql)}
    where checkpoint_id = any(${[...checkpointIds]}::uuid[])`;
}

/** Where the factors of these contents lie, one place each of however many checkpoints hold them. */
export function factorsByHash({ sql }: Connection, hashes: readonly string[]): Promise<LocatedFactors[]> {
  return sql<LocatedFactors[]>`
    select distinct on (adapter_factors.hash) adapter_factors.hash, rank, ${tensors(sql)}
    where adapter_factors.hash = any(${[...hashes]}::text[])
    order by adapter_factors.hash`;
}

/** The columns `a` and `b` with what they are selected from. */
const tensors = (sql: Connection["sql"]) => sql`
  json_build_object('name', a_name, 'dtype', a_dtype, 'shape', a_shape, 'offset', a_offset, 'length', a_length,
    'hash', a_hash, 'file', json_build_object('hash', a.hash, 'size', a.size, 'path', a.path)) as a,
  json_build_object('name', b_name, 'dtype', b_dtype, 'shape', b_shape, 'offset', b_offset, 'length', b_length,
    'hash', b_hash, 'file', json_build_object('hash', b.hash, 'size', b.size, 'path', b.path)) as b
  from adapter_factors join weight_file a on a.hash = a_file join weight_file b on b.hash = b_file`;
