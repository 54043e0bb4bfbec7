import type { Sql } from "postgres";
import type { Fragment } from "../across/fragment.js";
import type { Connection } from "../connection.js";

/** One rank of a study. */
export interface Rank {
  readonly id: string;
  readonly studyId: string;
  readonly r: number;
}

/** Condition that a row `rank` has a run that is not deleted. */
export function hasRuns(sql: Sql): Fragment {
  return sql`exists (select from experiment where experiment.rank_id = rank.id and experiment.deleted_at is null)`;
}

/** Returns all ranks of `studyIds`, ascending. */
export function ranksOfStudies({ sql }: Connection, studyIds: readonly string[]): Promise<Rank[]> {
  return sql<Rank[]>`
    select id, study_id as "studyId", r from rank where study_id = any(${[...studyIds]}::uuid[]) and ${hasRuns(sql)} order by r`;
}
