import type { PendingQuery, Row, Sql } from "postgres";

/**
 * The order in which the checkpoint that stands for a run comes first: its end, of which a run has one at most, or the
 * last that there is; one without a step was saved after all steps.
 */
export function standingFirst(sql: Sql): PendingQuery<Row[]> {
  return sql`is_final desc, step desc nulls first, checkpoint.id desc`;
}
