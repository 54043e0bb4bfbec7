import type { UncomparedTensor } from "../../model/records.js";
import type { WeightFile } from "../../model/weight-store.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { Connection } from "../connection.js";
import { factorsOfCheckpoints } from "../studies/factors.js";

/** A layer's factors with the layer's name. */
export interface NamedFactors {
  readonly name: string;
  readonly factors: StoredFactors;
}

/** A stored adapter: the location of all its tensors. */
export interface StoredAdapter {
  /** Name of the run, for messages. */
  readonly run: string;
  /** Hash of the checkpoint's files. */
  readonly hash: string;
  readonly layers: readonly NamedFactors[];
  readonly uncompared: readonly UncomparedTensor[];
  /** All its weight files. */
  readonly files: readonly WeightFile[];
}

/** Returns the adapter of a checkpoint; undefined if there is no such checkpoint any more. */
export async function adapterOfCheckpoint(connection: Connection, id: string): Promise<StoredAdapter | undefined> {
  const { sql } = connection;
  const [row] = await sql<(Omit<StoredAdapter, "layers"> & { readonly names: Readonly<Record<string, string>> })[]>`
    select experiment.name as run, checkpoint.hash, uncompared,
      coalesce((select json_agg(json_build_object('hash', hash, 'size', size, 'path', path))
        from weight_file where hash = any(checkpoint.files)), '[]') as files,
      coalesce((select json_object_agg(layer.id, layer.name) from adapter_factors
        join layer on layer.id = layer_id where checkpoint_id = checkpoint.id), '{}') as names
    from checkpoint join experiment on experiment.id = experiment_id where checkpoint.id = ${id}`;
  if (row === undefined) return undefined;
  const { names, ...adapter } = row;
  const factors = await factorsOfCheckpoints(connection, [id]);
  return { ...adapter, layers: factors.map((one) => ({ name: names[one.layerId] ?? "", factors: one })) };
}
