import type { TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import type { CheckpointRecord } from "../../import/records.js";
import { copyRows, type CopyValue } from "../copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./outcome.js";

interface Row {
  id: string;
  experimentId: string;
  step: number | null;
  isFinal: boolean;
  folders: string[];
  path: string;
  hash: string;
}

/**
 * Adds new checkpoints with their adapter factors; of stored ones (same bytes) only the place and the final mark change.
 * A step whose bytes are not the stored ones is reported and left out: what was computed from the old bytes stays true.
 */
export async function writeCheckpoints(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  layerIds: ReadonlyMap<string, string>,
  ledger: Ledger,
): Promise<void> {
  const stored = await sql<Row[]>`
    select id, experiment_id as "experimentId", step, is_final as "isFinal", folders, path, hash from checkpoint
    where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])`;
  const factors: CopyValue[][] = [];
  for (const { id: experimentId, record } of experiments) {
    const rows = stored.filter((row) => row.experimentId === experimentId);
    let final: string | undefined;
    for (const checkpoint of record.checkpoints) {
      const same = rows.find((row) => row.hash === checkpoint.file.hash);
      const sameStep = rows.find((row) => row.step !== null && row.step === checkpoint.step);
      if (same !== undefined) {
        if (checkpoint.isFinal) final = same.id;
        ledger.updated.checkpoints += await moveCheckpoint(sql, same, checkpoint);
      } else if (sameStep !== undefined) {
        ledger.conflicts.push({
          where: record.name,
          message:
            `the weights of step ${sameStep.step} are not those stored (${sameStep.path} changed); ` +
            "they were not stored: import the folder under another slug",
        });
      } else {
        const id = newId();
        if (checkpoint.isFinal) final = id;
        await insertCheckpoint(sql, id, experimentId, checkpoint);
        ledger.added.checkpoints++;
        factors.push(...factorRows(id, checkpoint, layerIds));
      }
    }
    // A run ends once: a former end that the folder no longer has loses its mark to the one that was stored now.
    if (final !== undefined) {
      await sql`update checkpoint set is_final = false where experiment_id = ${experimentId} and is_final and id <> ${final}`;
    }
  }
  await copyRows(sql, "adapter_factors", FACTOR_COLUMNS, factors);
}

async function insertCheckpoint(
  sql: TransactionSql,
  id: string,
  experimentId: string,
  { step, isFinal, folders, file }: CheckpointRecord,
): Promise<void> {
  const { path, size, hash } = file;
  await sql`insert into checkpoint (id, experiment_id, step, is_final, folders, path, size, hash)
    values (${id}, ${experimentId}, ${step}, ${isFinal}, ${[...folders]}, ${path}, ${size}, ${hash})`;
}

async function moveCheckpoint(
  sql: TransactionSql,
  row: Row,
  { step, isFinal, folders, file }: CheckpointRecord,
): Promise<number> {
  const moved = await sql`
    update checkpoint set
      step = coalesce(step, ${step}), is_final = ${isFinal}, folders = ${[...folders]}, path = ${file.path}
    where id = ${row.id} and (step is null and ${step}::int is not null
      or (is_final, folders, path) is distinct from (${isFinal}, ${[...folders]}, ${file.path}))`;
  return moved.count;
}

const FACTOR_COLUMNS = [
  "checkpoint_id",
  "layer_id",
  "rank",
  "scaling",
  "hash",
  ...["a", "b"].flatMap((side) =>
    ["name", "dtype", "shape", "offset", "length", "hash"].map((column) => `${side}_${column}`),
  ),
];

function factorRows(
  checkpointId: string,
  { factors }: CheckpointRecord,
  layerIds: ReadonlyMap<string, string>,
): CopyValue[][] {
  return factors.map(({ layer, rank, scaling, hash, a, b }) => {
    const tensors = [a, b].flatMap(({ name, dtype, shape, offset, length, hash: tensorHash }) => [
      name,
      dtype,
      shape,
      offset,
      length,
      tensorHash,
    ]);
    return [checkpointId, layerIds.get(layer) ?? null, rank, scaling, hash, ...tensors];
  });
}
