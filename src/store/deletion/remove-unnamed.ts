import type { Sql } from "postgres";
import type { Connection } from "../connection.js";

/** The tables of computed facts, and the columns of each that name adapter factors by content. */
const FACT_COLUMNS = [
  ["comparison", "left_hash"],
  ["comparison", "right_hash"],
  ["subspace", "left_hash"],
  ["subspace", "right_hash"],
  ["spectrum", "hash"],
] as const;

/** The number of removed things. */
export interface RemovedContent {
  readonly weightFiles: number;
  readonly predictionSets: number;
  readonly facts: number;
}

/**
 * Removes the content of pending removals that no run names. Nothing may import meanwhile: the caller holds the import turn.
 * Each step can be repeated, so that a process that was killed in between loses nothing: the next one completes the removal.
 *
 * @param sql a connection without a time limit: facts are compared with all factors
 * @param removeFile removes the store's copy of a weight file
 */
export async function removeUnnamed(
  { sql }: Connection,
  removeFile: (hash: string) => Promise<void>,
): Promise<RemovedContent> {
  const weightFiles = await removeWeightFiles(sql, removeFile);
  const predictionSets = await removePredictionSets(sql);
  return { weightFiles, predictionSets, facts: await removeFacts(sql) };
}

async function removeWeightFiles(sql: Sql, removeFile: (hash: string) => Promise<void>): Promise<number> {
  // The row goes before the file: a row without its file would be an error at every read.
  await sql`
    with named as materialized (select distinct unnest(files) as hash from checkpoint)
    delete from weight_file where hash in (select hash from pending_removal where kind = 'WEIGHT_FILE' and due_at <= now())
      and not exists (select from named where named.hash = weight_file.hash)
      and not exists (select from factor_tensor where file = weight_file.hash)`;
  const pending = await sql<{ hash: string; isNamed: boolean }[]>`
    select hash, exists (select from weight_file where weight_file.hash = pending_removal.hash) as "isNamed"
    from pending_removal where kind = 'WEIGHT_FILE' and due_at <= now() order by hash`;
  let removed = 0;
  for (const { hash, isNamed } of pending) {
    if (!isNamed) {
      await removeFile(hash);
      removed++;
    }
    await sql`delete from pending_removal where kind = 'WEIGHT_FILE' and hash = ${hash}`;
  }
  return removed;
}

function removePredictionSets(sql: Sql): Promise<number> {
  return sql.begin(async (transaction) => {
    const { count } = await transaction`
      delete from prediction_set
      where hash in (select hash from pending_removal where kind = 'PREDICTION_SET' and due_at <= now())
        and not exists (select from experiment_prediction where experiment_prediction.hash = prediction_set.hash)`;
    await transaction`delete from pending_removal where kind = 'PREDICTION_SET' and due_at <= now()`;
    return count;
  });
}

/** Removes every fact about factors that no checkpoint has. */
function removeFacts(sql: Sql): Promise<number> {
  return sql.begin(async (transaction) => {
    const due = await transaction`delete from pending_removal where kind = 'FACTS' and due_at <= now()`;
    let removed = 0;
    if (due.count === 0) return removed;
    for (const [table, column] of FACT_COLUMNS) {
      // The key of a range of rows is HASH@FROM-TO.
      const { count } = await transaction`
        delete from ${transaction(table)} as fact where not exists (
          select from adapter_factors where adapter_factors.hash = split_part(fact.${transaction(column)}, '@', 1))`;
      removed += count;
    }
    return removed;
  });
}
