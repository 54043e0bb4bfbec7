import type { Connection } from "../connection.js";

/** One curve of one run. Values are as logged. */
export interface StudyCurve {
  readonly run: string;
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** Whether `steps` are epochs. */
  readonly byEpoch: boolean;
}

/** Returns up to `limit` curves of a study after `after`, by run and name. */
export function curvesOfStudy(
  { sql }: Connection,
  {
    studyId,
    limit,
    after,
  }: {
    readonly studyId: string;
    readonly limit: number;
    readonly after: Pick<StudyCurve, "run" | "name"> | undefined;
  },
): Promise<StudyCurve[]> {
  return sql<StudyCurve[]>`
    select experiment.name as run, metric_series.name, metric_series.steps, values, by_epoch as "byEpoch"
    from metric_series join experiment on experiment.id = experiment_id
    where study_id = ${studyId} and deleted_at is null
      ${after === undefined ? sql`` : sql`and (experiment.name, metric_series.name) > (${after.run}, ${after.name})`}
    order by experiment.name, metric_series.name limit ${limit}`;
}
