import type { TransactionSql } from "postgres";
import type { SettingRecord } from "../../model/settings.js";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

const COLUMNS = ["experiment_id", "field", "value", "file", "key", "certainty"] as const;

/**
 * Replaces the settings of each experiment by those that the folder now states. No person may have stated one: storeStudy
 * withdraws these before. An experiment whose settings change counts as updated.
 */
export async function writeSettings(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  ledger: Ledger,
): Promise<void> {
  const stored = await sql<{ experimentId: string; field: string; row: string }[]>`
    select experiment_id as "experimentId", field, jsonb_build_array(value, file, key, certainty)::text as row
    from experiment_setting where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])`;
  const byExperiment = new Map<string, Map<string, string>>();
  for (const { experimentId, field, row } of stored) {
    const known = byExperiment.get(experimentId) ?? new Map<string, string>();
    byExperiment.set(experimentId, known.set(field, row));
  }
  const added: CopyValue[][] = [];
  const replaced: string[] = [];
  for (const { id, record } of experiments) {
    const known = byExperiment.get(id) ?? new Map<string, string>();
    if (areStored(record.settings, known)) continue;
    if (known.size > 0) {
      replaced.push(id);
      ledger.updated.experiments += 1;
    }
    for (const { field, value, file, key, certainty } of record.settings) {
      added.push([id, field, JSON.stringify(value), file, key, certainty]);
    }
  }
  await sql`delete from experiment_setting where experiment_id = any(${replaced}::uuid[])`;
  await copyRows(sql, "experiment_setting", COLUMNS, added);
}

/** Returns whether exactly these settings are stored. */
function areStored(wanted: readonly SettingRecord[], known: ReadonlyMap<string, string>): boolean {
  if (known.size !== wanted.length) return false;
  return wanted.every(({ field, value, file, key, certainty }) => {
    const row = known.get(field);
    // PostgreSQL prints JSON in its own way, so the parsed values are compared.
    return row !== undefined && JSON.stringify(JSON.parse(row)) === JSON.stringify([value, file, key, certainty]);
  });
}
