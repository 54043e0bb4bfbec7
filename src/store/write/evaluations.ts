import type { TransactionSql } from "postgres";
import type { EvaluationRecord } from "../../model/evaluations.js";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

/**
 * Replaces the results of each evaluation file by those that the file has now. Results of files that are no longer in the folder
 * are kept. An experiment whose stored results change counts as updated.
 */
export async function writeEvaluations(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  ledger: Ledger,
): Promise<void> {
  const stored = await sql<{ experimentId: string; source: string; rows: string }[]>`
    select experiment_id as "experimentId", source, jsonb_agg(jsonb_build_array(position, name, task, metric, filter, value::text,
      standard_error::text, sample_count, shots, task_version, higher_is_better, tool, subtasks) order by position)::text as rows
    from evaluation where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[]) group by experiment_id, source`;
  const storedRows = new Map(stored.map(({ experimentId, source, rows }) => [keyOf(experimentId, source), rows]));
  const added: CopyValue[][] = [];
  const replaced: { id: string; source: string }[] = [];
  for (const { id, record } of experiments) {
    let isUpdated = false;
    for (const [source, evaluations] of bySource(record.evaluations)) {
      const known = storedRows.get(keyOf(id, source));
      if (known !== undefined && isStored(evaluations, known)) continue;
      if (known !== undefined) {
        replaced.push({ id, source });
        isUpdated = true;
      }
      for (const evaluation of evaluations) added.push([id, source, ...columnsOf(evaluation)]);
    }
    if (isUpdated) ledger.updated.experiments += 1;
  }
  if (replaced.length > 0) {
    await sql`
      delete from evaluation where (experiment_id, source) in (
        select * from unnest(${replaced.map(({ id }) => id)}::uuid[], ${replaced.map(({ source }) => source)}::text[]))`;
  }
  await copyRows(sql, "evaluation", COLUMNS, added);
}

const COLUMNS = [
  "experiment_id",
  "source",
  "position",
  "name",
  "task",
  "metric",
  "filter",
  "value",
  "standard_error",
  "sample_count",
  "shots",
  "task_version",
  "higher_is_better",
  "tool",
  "subtasks",
] as const;

function columnsOf(evaluation: EvaluationRecord): CopyValue[] {
  const { position, name, task, metric, filter, value, standardError } = evaluation;
  const { sampleCount, shots, taskVersion, higherIsBetter, tool, subtasks } = evaluation;
  const measured = [position, name, task, metric, filter, value, standardError];
  return [...measured, sampleCount, shots, taskVersion, higherIsBetter, tool, subtasks];
}

/** Returns whether exactly these results are stored. PostgreSQL prints JSON in its own way, so the parsed values are compared. */
function isStored(evaluations: readonly EvaluationRecord[], rows: string): boolean {
  const wanted = evaluations.map((evaluation) => {
    const columns = columnsOf(evaluation);
    return columns.map((value, i) => (TEXT_COLUMNS.has(i) && value !== null ? String(value) : value));
  });
  return JSON.stringify(JSON.parse(rows)) === JSON.stringify(wanted);
}

/** Positions of `value` and `standard_error` among the columns. They are compared as texts, because JSON has no NaN. */
const TEXT_COLUMNS: ReadonlySet<number> = new Set([5, 6]);

function bySource(evaluations: readonly EvaluationRecord[]): Map<string, EvaluationRecord[]> {
  const groups = new Map<string, EvaluationRecord[]>();
  for (const evaluation of evaluations) {
    const group = groups.get(evaluation.source) ?? [];
    group.push(evaluation);
    groups.set(evaluation.source, group);
  }
  return groups;
}

function keyOf(experimentId: string, source: string): string {
  return `${experimentId} ${source}`;
}
