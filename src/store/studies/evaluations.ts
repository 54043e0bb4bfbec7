import type { EvaluationRecord } from "../../model/evaluations.js";
import type { Connection } from "../connection.js";

/** One stored result of an evaluation. */
export interface StoredEvaluation extends EvaluationRecord {
  readonly experimentId: string;
}

/** Selects results of each experiment, by file and position. */
export interface EvaluationSelection {
  /** Null for all tasks. */
  readonly tasks: readonly string[] | null;
  /** The last result before the page; null for the first page. */
  readonly after: { readonly source: string; readonly position: number } | null;
  /** Maximum number of results of each experiment. */
  readonly limit: number;
}

/** Returns the selected results of `experimentIds`, by file and position. */
export function evaluationsOfExperiments(
  { sql }: Connection,
  experimentIds: readonly string[],
  { tasks, after, limit }: EvaluationSelection,
): Promise<StoredEvaluation[]> {
  const isSelected = tasks === null ? sql`true` : sql`task = any(${[...tasks]}::text[])`;
  const isAfter = after === null ? sql`true` : sql`(source, position) > (${after.source}, ${after.position}::int)`;
  return sql<StoredEvaluation[]>`
    select found.* from unnest(${[...experimentIds]}::uuid[]) as wanted (id), lateral (
      select experiment_id as "experimentId", source, position, name, task, metric, filter, value,
        standard_error as "standardError", sample_count as "sampleCount", shots, task_version as "taskVersion",
        higher_is_better as "higherIsBetter", tool, subtasks
      from evaluation where experiment_id = wanted.id and ${isSelected} and ${isAfter}
      order by source, position limit ${limit}) as found
    order by "experimentId", source, position`;
}
