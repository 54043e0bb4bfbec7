import type { TransactionSql } from "postgres";
import type { SettingRecord } from "../../model/settings.js";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

const COLUMNS = ["experiment_id", "field", "value", "file", "key", "certainty"] as const;

/**
 * Replaces the settings of each experiment by those that the folder now states. A setting that a person has set is kept. An
 * experiment whose settings change counts as updated.
 */
export async function writeSettings(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  ledger: Ledger,
): Promise<void> {
  const stored = await sql<{ experimentId: string; field: string; row: string; byPerson: boolean }[]>`
    select experiment_id as "experimentId", field, by_person as "byPerson",
      jsonb_build_array(value, file, key, certainty)::text as row
    from experiment_setting where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])`;
  const byExperiment = new Map<string, Map<string, { row: string; byPerson: boolean }>>();
  for (const { experimentId, field, row, byPerson } of stored) {
    const known = byExperiment.get(experimentId) ?? new Map<string, { row: string; byPerson: boolean }>();
    byExperiment.set(experimentId, known.set(field, { row, byPerson }));
  }
  const added: CopyValue[][] = [];
  const replaced: string[] = [];
  for (const { id, record } of experiments) {
    const known = byExperiment.get(id) ?? new Map<string, { row: string; byPerson: boolean }>();
    const personal = new Set([...known].filter(([, { byPerson }]) => byPerson).map(([field]) => field));
    const wanted = record.settings.filter(({ field }) => !personal.has(field));
    if (areStored(wanted, known, personal.size)) continue;
    if (known.size > personal.size) {
      replaced.push(id);
      ledger.updated.experiments += 1;
    }
    for (const { field, value, file, key, certainty } of wanted) {
      added.push([id, field, JSON.stringify(value), file, key, certainty]);
    }
  }
  await sql`delete from experiment_setting where experiment_id = any(${replaced}::uuid[]) and not by_person`;
  await copyRows(sql, "experiment_setting", COLUMNS, added);
}

/** Returns whether exactly these settings are stored, besides those of a person. */
function areStored(
  wanted: readonly SettingRecord[],
  known: ReadonlyMap<string, { readonly row: string }>,
  personal: number,
): boolean {
  if (known.size - personal !== wanted.length) return false;
  return wanted.every(({ field, value, file, key, certainty }) => {
    const row = known.get(field)?.row;
    // PostgreSQL prints JSON in its own way, so the parsed values are compared.
    return row !== undefined && JSON.stringify(JSON.parse(row)) === JSON.stringify([value, file, key, certainty]);
  });
}
