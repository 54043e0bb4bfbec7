/**
 * Settings that a person states. Each takes the place of the setting of the run's files, which `imported` keeps. To change
 * either, all statements are withdrawn, the files' settings or the statements are changed, and the statements are made again,
 * in one transaction.
 */

import type { TransactionSql } from "postgres";
import { changesColumns, withStatedSettings, type SettingColumns } from "../../model/stated-columns.js";
import type { SettingRecord, SettingValue } from "../../model/settings.js";

/** One setting of one run, as a person states it. */
export interface Statement {
  readonly experimentId: string;
  readonly field: string;
  readonly value: SettingValue;
  /** Id of the person's token; null if the server requires none. */
  readonly statedBy: string | null;
  readonly statedAt: Date;
}

/** A statement that differs from what the run's files state. */
export interface Contradiction {
  readonly experimentId: string;
  readonly field: string;
  readonly value: SettingValue;
  readonly imported: Pick<SettingRecord, "value" | "file" | "key">;
}

/** The key of a stated setting's source. */
const SOURCE = "updateExperiment";

/** Removes the statements about experiments, which then are as their files state them. Returns the statements. */
export async function withdrawStatements(sql: TransactionSql, experimentIds: readonly string[]): Promise<Statement[]> {
  const ids = [...experimentIds];
  const statements = await sql<Statement[]>`
    select experiment_id as "experimentId", field, value, stated_by as "statedBy", stated_at as "statedAt"
    from experiment_setting where experiment_id = any(${ids}::uuid[]) and by_person`;
  if (statements.length === 0) return [];
  await sql`
    delete from experiment_setting where experiment_id = any(${ids}::uuid[]) and by_person and imported is null`;
  await sql`
    update experiment_setting set value = imported -> 'value', file = imported ->> 'file', key = imported ->> 'key',
      certainty = (imported ->> 'certainty')::certainty, by_person = false, stated_by = null, stated_at = null,
      imported = null
    where experiment_id = any(${ids}::uuid[]) and by_person`;
  await sql`
    update experiment set method = (imported ->> 'method')::method,
      quantization_label = imported ->> 'quantizationLabel',
      quantization_bits = (imported ->> 'quantizationBits')::int,
      quantization_scheme = imported ->> 'quantizationScheme',
      seed = (imported ->> 'seed')::int, num_samples = (imported ->> 'numSamples')::int, imported = null
    where id = any(${ids}::uuid[]) and imported is not null`;
  return statements;
}

/** Makes statements about experiments that have none. Returns those that contradict the files. */
export async function makeStatements(sql: TransactionSql, statements: readonly Statement[]): Promise<Contradiction[]> {
  if (statements.length === 0) return [];
  await sql`
    insert into experiment_setting (experiment_id, field, value, file, key, certainty, by_person, stated_by, stated_at)
    select experiment_id, field, value, '', ${SOURCE}, 'STATED', true, stated_by, stated_at
    from unnest(
      ${statements.map(({ experimentId }) => experimentId)}::uuid[],
      ${statements.map(({ field }) => field)}::text[],
      ${statements.map(({ value }) => JSON.stringify(value))}::text[]::jsonb[],
      ${statements.map(({ statedBy }) => statedBy)}::text[],
      ${statements.map(({ statedAt }) => statedAt.toISOString())}::text[]::timestamptz[]
    ) as statement (experiment_id, field, value, stated_by, stated_at)
    on conflict (experiment_id, field) do update set
      imported = jsonb_build_object('value', experiment_setting.value, 'file', experiment_setting.file,
        'key', experiment_setting.key, 'certainty', experiment_setting.certainty),
      value = excluded.value, file = excluded.file, key = excluded.key, certainty = excluded.certainty,
      by_person = true, stated_by = excluded.stated_by, stated_at = excluded.stated_at`;
  await changeColumns(sql, statements);
  return sql<Contradiction[]>`
    select experiment_id as "experimentId", field, value, imported from experiment_setting
    where experiment_id = any(${statements.map(({ experimentId }) => experimentId)}::uuid[]) and by_person
      and imported -> 'value' <> value
    order by experiment_id, field`;
}

async function changeColumns(sql: TransactionSql, statements: readonly Statement[]): Promise<void> {
  const byExperiment = new Map<string, Map<string, SettingValue>>();
  for (const { experimentId, field, value } of statements) {
    const stated = byExperiment.get(experimentId) ?? new Map<string, SettingValue>();
    byExperiment.set(experimentId, stated.set(field, value));
  }
  const changed = [...byExperiment].filter(([, stated]) => changesColumns(stated)).map(([id]) => id);
  if (changed.length === 0) return;
  const rows = await sql<(SettingColumns & { id: string; hasRank: boolean })[]>`
    select id, rank_id is not null as "hasRank", method, quantization_label as "quantizationLabel", quantization_bits as "quantizationBits",
      quantization_scheme as "quantizationScheme", seed, num_samples as "numSamples"
    from experiment where id = any(${changed}::uuid[])`;
  for (const { id, hasRank, ...imported } of rows) {
    const stated = byExperiment.get(id) ?? new Map<string, SettingValue>();
    const columns = withStatedSettings(imported, stated, hasRank);
    await sql`
      update experiment set method = ${columns.method}::method, quantization_label = ${columns.quantizationLabel},
        quantization_bits = ${columns.quantizationBits}, quantization_scheme = ${columns.quantizationScheme},
        seed = ${columns.seed}, num_samples = ${columns.numSamples}, imported = ${JSON.stringify(imported)}::text::jsonb
      where id = ${id}`;
  }
}

/** Returns a contradiction in one sentence. */
export function describeContradiction({ field, value, imported }: Omit<Contradiction, "experimentId">): string {
  const source = imported.file === "" ? imported.key : `${imported.file} (${imported.key})`;
  return (
    `${field} is ${JSON.stringify(value)} as a person states it, and ${JSON.stringify(imported.value)} in ${source}. ` +
    "The person's value is used."
  );
}
