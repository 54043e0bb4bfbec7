import type { Connection } from "../connection.js";

/** How many runs each of `studyIds` has; a study without any is left out. */
export function experimentCounts(
  { sql }: Connection,
  studyIds: readonly string[],
): Promise<{ studyId: string; n: number }[]> {
  return sql<{ studyId: string; n: number }[]>`
    select study_id as "studyId", count(*)::int as n from experiment
    where study_id = any(${[...studyIds]}::uuid[]) group by study_id`;
}
