import type { Connection } from "./connection.js";
import { standingFirst } from "./standing-checkpoint.js";

/** What comparisons of a run are between. */
export interface ComparedCheckpoints {
  /** The checkpoint that stands for the run. */
  readonly standing: string;
  /** The last of an earlier step: what the run is compared with to tell its noise; null where there is none. */
  readonly preceding: string | null;
}

/** Of each run of a study that has weights. */
export function comparedCheckpoints({ sql }: Connection, studyId: string): Promise<ComparedCheckpoints[]> {
  return sql<ComparedCheckpoints[]>`
    select distinct on (experiment_id) checkpoint.id as standing,
      (select earlier.id from checkpoint as earlier
       where earlier.experiment_id = checkpoint.experiment_id and earlier.id <> checkpoint.id
         and (checkpoint.step is null and earlier.step is not null or earlier.step < checkpoint.step)
       order by earlier.step desc, earlier.id desc limit 1) as preceding
    from checkpoint join experiment on experiment.id = experiment_id
    where study_id = ${studyId} order by experiment_id, ${standingFirst(sql)}`;
}
