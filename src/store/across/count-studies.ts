import type { Connection } from "../connection.js";
import { studyCondition } from "./conditions.js";
import type { StudyFilter } from "./filters.js";

/** How many studies `filter` lets through. @throws ARGUMENT_INVALID */
export async function countListedStudies({ sql }: Connection, filter: StudyFilter | null | undefined): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from study where ${studyCondition(sql, filter)}`;
  return row?.n ?? 0;
}
