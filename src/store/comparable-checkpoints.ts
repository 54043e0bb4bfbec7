import type { Connection } from "./connection.js";
import { standingFirst } from "./standing-checkpoint.js";

/** The checkpoint that stands for each run of a study: its end, or the last that there is. Runs without weights have none. */
export async function comparableCheckpoints({ sql }: Connection, studyId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct on (experiment_id) checkpoint.id from checkpoint join experiment on experiment.id = experiment_id
    where study_id = ${studyId} order by experiment_id, ${standingFirst(sql)}`;
  return rows.map(({ id }) => id);
}
