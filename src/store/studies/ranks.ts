import type { Connection } from "../connection.js";

/** One rank of a study. */
export interface Rank {
  readonly id: string;
  readonly studyId: string;
  readonly r: number;
}

/** Returns all ranks of `studyIds`, ascending. */
export function ranksOfStudies({ sql }: Connection, studyIds: readonly string[]): Promise<Rank[]> {
  return sql<Rank[]>`
    select id, study_id as "studyId", r from rank where study_id = any(${[...studyIds]}::uuid[]) order by r`;
}
