import type { Sql } from "postgres";
import type { Fragment } from "../across/fragment.js";

/** Data sets and tasks of a run, that of its evaluation included, by setting: `{ dataset: "gsm8k" }`. Lists are JSON texts. */
export type TrainingData = Readonly<Record<string, string>>;

/** Returns an expression for the stated task and data sets of `experiment`; null if neither is stated. */
export function trainingData(sql: Sql): Fragment {
  return sql`(
    select json_object_agg(field, value #>> '{}') from experiment_setting
    where experiment_id = experiment.id and field in ('task', 'dataset', 'evaluation_dataset') and certainty = 'STATED')`;
}
