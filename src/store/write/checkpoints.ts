import type { TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import { TENSOR_ROLES } from "../../model/factor-tensors.js";
import type { CheckpointRecord } from "../../model/records.js";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

interface Row {
  id: string;
  experimentId: string;
  step: number | null;
  isFinal: boolean;
  folders: string[];
  hash: string;
}

/**
 * Adds new checkpoints with their adapter factors. Of stored checkpoints (same bytes), only the folders, the step and the final
 * mark change. A step whose bytes differ from the stored ones is reported and not stored.
 */
export async function writeCheckpoints(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  layerIds: ReadonlyMap<string, string>,
  ledger: Ledger,
): Promise<void> {
  const stored = await sql<Row[]>`
    select id, experiment_id as "experimentId", step, is_final as "isFinal", folders, hash from checkpoint
    where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])`;
  const storedByExperiment = groupByExperiment(stored);
  const moved = await writeWeightFiles(sql, experiments);
  const factors: CopyValue[][] = [];
  const tensors: CopyValue[][] = [];
  for (const { id: experimentId, record } of experiments) {
    const rows = storedByExperiment.get(experimentId) ?? [];
    let final: string | undefined;
    for (const checkpoint of record.checkpoints) {
      const same = rows.find((row) => row.hash === checkpoint.hash);
      const sameStep = rows.find((row) => row.step !== null && row.step === checkpoint.step);
      if (same !== undefined) {
        if (checkpoint.isFinal) final = same.id;
        ledger.updated.checkpoints += await moveCheckpoint(sql, same, checkpoint, moved);
      } else if (sameStep !== undefined) {
        ledger.conflicts.push({
          where: record.name,
          message:
            `the weights of step ${sameStep.step} differ from the stored ones (${checkpoint.files.map(({ path }) => path).join(", ")} changed); ` +
            "they were not stored: import the folder under another slug",
        });
      } else {
        const id = newId();
        if (checkpoint.isFinal) final = id;
        await insertCheckpoint(sql, id, experimentId, checkpoint);
        ledger.added.checkpoints++;
        // A checkpoint can have more factors than a call can have arguments.
        for (const row of factorRows(id, checkpoint, layerIds)) factors.push(row);
        for (const row of tensorRows(id, checkpoint, layerIds)) tensors.push(row);
      }
    }
    // A run has one final checkpoint: an earlier one that the folder no longer contains loses its mark.
    if (final !== undefined) {
      await sql`update checkpoint set is_final = false where experiment_id = ${experimentId} and is_final and id <> ${final}`;
    }
  }
  await copyRows(sql, "adapter_factors", FACTOR_COLUMNS, factors);
  await copyRows(sql, "factor_tensor", TENSOR_COLUMNS, tensors);
}

function groupByExperiment(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.experimentId);
    if (group === undefined) groups.set(row.experimentId, [row]);
    else group.push(row);
  }
  return groups;
}

/**
 * Adds new weight files and updates the paths of moved ones. Returns the hashes of the moved files. Writes in the order of
 * hashes, so that two imports of the same files wait instead of deadlocking.
 */
async function writeWeightFiles(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
): Promise<ReadonlySet<string>> {
  const files = new Map(
    experiments
      .flatMap(({ record }) => record.checkpoints)
      .flatMap((checkpoint) => checkpoint.files.map((file) => [file.hash, file] as const)),
  );
  const sorted = [...files.values()].sort((left, right) => (left.hash < right.hash ? -1 : 1));
  if (sorted.length === 0) return new Set();
  // xmax is 0 in an inserted row.
  const rows = await sql<{ hash: string; moved: boolean }[]>`
    insert into weight_file (hash, size, path)
    select * from unnest(${sorted.map(({ hash }) => hash)}::text[], ${sorted.map(({ size }) => size)}::bigint[],
      ${sorted.map(({ path }) => path)}::text[])
    on conflict (hash) do update set path = excluded.path where weight_file.path <> excluded.path
    returning hash, xmax <> 0 as moved`;
  return new Set(rows.filter(({ moved }) => moved).map(({ hash }) => hash));
}

async function insertCheckpoint(
  sql: TransactionSql,
  id: string,
  experimentId: string,
  { step, isFinal, folders, hash, files, uncompared }: CheckpointRecord,
): Promise<void> {
  const tensors = sql.json(uncompared.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })));
  await sql`insert into checkpoint (id, experiment_id, step, is_final, folders, hash, files, uncompared)
    values (${id}, ${experimentId}, ${step}, ${isFinal}, ${[...folders]}, ${hash}, ${files.map((file) => file.hash)},
      ${tensors})`;
}

async function moveCheckpoint(
  sql: TransactionSql,
  row: Row,
  { step, isFinal, folders, files }: CheckpointRecord,
  movedFiles: ReadonlySet<string>,
): Promise<number> {
  const changed = await sql`
    update checkpoint set step = coalesce(step, ${step}), is_final = ${isFinal}, folders = ${[...folders]}
    where id = ${row.id} and (step is null and ${step}::int is not null
      or (is_final, folders) is distinct from (${isFinal}, ${[...folders]}))`;
  return changed.count > 0 || files.some(({ hash }) => movedFiles.has(hash)) ? 1 : 0;
}

const FACTOR_COLUMNS = [
  "checkpoint_id",
  "layer_id",
  "rank",
  "scaling",
  "hash",
  "transposed",
  "in_features",
  "out_features",
];

function factorRows(
  checkpointId: string,
  { factors }: CheckpointRecord,
  layerIds: ReadonlyMap<string, string>,
): CopyValue[][] {
  return factors.map(({ layer, rank, scaling, hash, transposed, a, b }) => [
    checkpointId,
    layerIds.get(layer) ?? null,
    rank,
    scaling,
    hash,
    transposed,
    a.shape[1] ?? null,
    b.shape[0] ?? null,
  ]);
}

const TENSOR_COLUMNS = [
  "checkpoint_id",
  "layer_id",
  "role",
  "file",
  "name",
  "dtype",
  "shape",
  "column_major",
  "offset",
  "length",
  "hash",
];

/** One row for each tensor of the factors, whatever the adapter's form. */
function tensorRows(
  checkpointId: string,
  { factors }: CheckpointRecord,
  layerIds: ReadonlyMap<string, string>,
): CopyValue[][] {
  return factors.flatMap((record) =>
    TENSORS.map(([property, role]) => {
      const { file, name, dtype, shape, columnMajor, offset, length, hash } = record[property];
      const layerId = layerIds.get(record.layer) ?? null;
      return [checkpointId, layerId, role, file, name, dtype, shape, columnMajor, offset, length, hash];
    }),
  );
}

const TENSORS = Object.entries(TENSOR_ROLES) as [keyof typeof TENSOR_ROLES, string][];
