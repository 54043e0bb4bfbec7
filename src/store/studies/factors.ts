import { TENSOR_ROLES, type FactorTensors } from "../../model/factor-tensors.js";
import type { FactorLocation, StoredFactors, StoredTensor } from "../../model/weight-updates.js";
import type { Connection } from "../connection.js";

type Role = (typeof TENSOR_ROLES)[keyof typeof TENSOR_ROLES];

/** The tensors of one layer's factors, by role. */
interface TensorRow {
  readonly tensors: Readonly<Record<Role, StoredTensor>>;
}

/** Returns all factors of `checkpointIds`. */
export async function factorsOfCheckpoints(
  { sql }: Connection,
  checkpointIds: readonly string[],
): Promise<StoredFactors[]> {
  const ids = [...checkpointIds];
  const rows = await sql<(Omit<StoredFactors, keyof FactorTensors<StoredTensor>> & TensorRow)[]>`
    select checkpoint_id as "checkpointId", layer_id as "layerId", rank, scaling, hash, transposed, tensors
    from adapter_factors
    join (
      select checkpoint_id, layer_id, ${tensorsByRole(sql)} as tensors
      from factor_tensor as tensor join weight_file on weight_file.hash = tensor.file
      where checkpoint_id = any(${ids}::uuid[]) group by checkpoint_id, layer_id) as located
      using (checkpoint_id, layer_id)
    where checkpoint_id = any(${ids}::uuid[])`;
  return rows.map(withTensors);
}

/** Returns one location for each of these factors, however many checkpoints contain them. Unknown hashes are left out. */
export async function factorsByHash({ sql }: Connection, hashes: readonly string[]): Promise<FactorLocation[]> {
  const rows = await sql<(Pick<FactorLocation, "hash" | "rank"> & TensorRow)[]>`
    with factors as materialized (
      select distinct on (hash) hash, rank, checkpoint_id, layer_id from adapter_factors
      where hash = any(${[...hashes]}::text[]) order by hash)
    select factors.hash, rank, ${tensorsByRole(sql)} as tensors
    from factors
    join factor_tensor as tensor using (checkpoint_id, layer_id)
    join weight_file on weight_file.hash = tensor.file
    group by factors.hash, rank`;
  return rows.map(withTensors);
}

/** Aggregates rows `tensor` and `weight_file` to one object, by role. */
const tensorsByRole = (sql: Connection["sql"]) => sql`
  json_object_agg(tensor.role, json_build_object('name', tensor.name, 'dtype', tensor.dtype, 'shape', tensor.shape,
    'columnMajor', tensor.column_major, 'offset', tensor.offset, 'length', tensor.length, 'hash', tensor.hash,
    'file', json_build_object('hash', weight_file.hash, 'size', weight_file.size, 'path', weight_file.path)))`;

const PROPERTIES = Object.entries(TENSOR_ROLES) as [keyof typeof TENSOR_ROLES, Role][];

function withTensors<Row extends TensorRow>({
  tensors,
  ...row
}: Row): Omit<Row, "tensors"> & FactorTensors<StoredTensor> {
  const located = Object.fromEntries(PROPERTIES.map(([property, role]) => [property, tensors[role]]));
  return { ...row, ...(located as FactorTensors<StoredTensor>) };
}
