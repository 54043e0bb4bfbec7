import type { Connection } from "../connection.js";

/** The names of all metrics that a study's runs have, in alphabetical order. */
export async function metricNamesOfStudy({ sql }: Connection, studyId: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct metric.name from metric join experiment on experiment.id = experiment_id
    where study_id = ${studyId} order by name`;
  return rows.map(({ name }) => name);
}
