import type { Sql } from "postgres";
import type { Fragment } from "../across/fragment.js";
import type { Connection } from "../connection.js";

/**
 * Orders rows `checkpoint` of a run so that its final checkpoint comes first: the one marked as final, of which a run has at
 * most one, or else the last one. A checkpoint without a step was saved after all steps. This is the only definition.
 */
export function finalCheckpointFirst(sql: Sql): Fragment {
  return sql`checkpoint.is_final desc, checkpoint.step desc nulls first, checkpoint.id desc`;
}

/** The checkpoints of one run that are compared, by id. */
export interface ComparedCheckpoints {
  readonly final: string;
  /** The last checkpoint of an earlier step, whose distance to the final one shows the run's noise; null if there is none. */
  readonly preceding: string | null;
}

/** Returns the compared checkpoints of each run of a study that has weights. */
export function comparedCheckpoints({ sql }: Connection, studyId: string): Promise<ComparedCheckpoints[]> {
  return sql<ComparedCheckpoints[]>`
    select distinct on (experiment_id) checkpoint.id as final,
      (select earlier.id from checkpoint as earlier
       where earlier.experiment_id = checkpoint.experiment_id and earlier.id <> checkpoint.id
         and (checkpoint.step is null and earlier.step is not null or earlier.step < checkpoint.step)
       order by earlier.step desc, earlier.id desc limit 1) as preceding
    from checkpoint join experiment on experiment.id = experiment_id
    where study_id = ${studyId} and deleted_at is null order by experiment_id, ${finalCheckpointFirst(sql)}`;
}
