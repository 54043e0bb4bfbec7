import type { Sql } from "postgres";
import type { Connection } from "../connection.js";
import { studyColumns, type Study } from "../studies/studies.js";
import { bestOfStudies } from "./best-configurations.js";
import { finite, studyCondition } from "./conditions.js";
import type { StudyFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";
import { afterPosition, inOrder, type Direction, type OrderKey, type Position } from "./keyset.js";

export type StudyOrderField =
  "CREATED_AT" | "UPDATED_AT" | "NAME" | "SLUG" | "EXPERIMENT_COUNT" | "METRIC_BEST" | "METRIC_MEAN";

export interface StudyOrder {
  readonly field: StudyOrderField;
  readonly direction: Direction;
  /** Metric to order by, for METRIC_BEST and METRIC_MEAN. */
  readonly metric: string;
  /** Whether METRIC_BEST is the largest mean of a configuration, not the smallest. Default false. */
  readonly higherIsBetter?: boolean;
}

/** One study of a list. */
export interface ListedStudy extends Study {
  /** Number of its runs, if requested. */
  readonly experimentCount: number | null;
  /** Number of matching studies on all pages, if requested. */
  readonly totalCount: number | null;
  /** The value by which the list is ordered. */
  readonly orderKey: Date | string | number | null;
}

/** Returns up to `limit` studies that match `filter`, after `after`. @throws ARGUMENT_INVALID */
export function listStudies(
  { sql }: Connection,
  {
    filter,
    order,
    limit,
    after,
    counts,
  }: {
    readonly filter: StudyFilter | null | undefined;
    readonly order: StudyOrder;
    readonly limit: number;
    readonly after: Position | undefined;
    /** Counts to include, which saves one statement each. */
    readonly counts: { readonly total: boolean; readonly experiments: boolean };
  },
): Promise<ListedStudy[]> {
  const { key, joined } = orderKey(sql, order);
  const id = sql`study.id`;
  const condition = studyCondition(sql, filter);
  const experiments = sql`(select count(*)::int from experiment where experiment.study_id = study.id and deleted_at is null)`;
  // In the subquery, `study` is any study and not the listed row.
  const total = sql`(select count(*)::int from study where ${condition})`;
  return sql<ListedStudy[]>`
    select ${studyColumns(sql)}, ${key.column} as "orderKey",
      ${counts.experiments ? experiments : sql`null`} as "experimentCount",
      ${counts.total ? total : sql`null`} as "totalCount"
    from study ${joined}
    where ${condition} and ${afterPosition(sql, key, id, order.direction, after)}
    order by ${inOrder(sql, key, id, order.direction)} limit ${limit}`;
}

/** Returns the number of studies that match `filter`. @throws ARGUMENT_INVALID */
export async function countListedStudies({ sql }: Connection, filter: StudyFilter | null | undefined): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from study where ${studyCondition(sql, filter)}`;
  return row?.n ?? 0;
}

/** Returns the order key and the join that it needs. */
function orderKey(
  sql: Sql,
  { field, metric, higherIsBetter = false }: StudyOrder,
): { key: OrderKey; joined: Fragment } {
  const own = (column: Fragment, type: OrderKey["type"]) => ({
    key: { column, type, nullable: false },
    joined: sql``,
  });
  const measured = (aggregate: Fragment) => ({
    key: { column: sql`measured.value`, type: "float8" as const, nullable: true },
    // One pass over the metric's values. A subquery for each study would look them up one by one.
    joined: sql`left join (
      select study_id, ${aggregate} as value from metric join experiment on experiment.id = experiment_id
      where metric.name = ${metric} and deleted_at is null and ${finite(sql, sql`value`)} group by study_id) as measured
      on measured.study_id = study.id`,
  });
  switch (field) {
    case "CREATED_AT":
      return own(sql`study.created_at`, "timestamptz");
    case "UPDATED_AT":
      return own(sql`study.updated_at`, "timestamptz");
    case "NAME":
      return own(sql`study.name`, "text");
    case "SLUG":
      return own(sql`study.slug`, "text");
    case "EXPERIMENT_COUNT":
      return {
        key: { column: sql`coalesce(counted.n, 0)`, type: "int", nullable: false },
        joined: sql`left join (select study_id, count(*)::int as n from experiment where deleted_at is null group by study_id) as counted
          on counted.study_id = study.id`,
      };
    case "METRIC_BEST":
      return {
        key: { column: sql`best.value`, type: "float8", nullable: true },
        joined: sql`left join (${bestOfStudies(sql, { metric, higherIsBetter }, sql`true`)}) as best
          on best.study_id = study.id`,
      };
    case "METRIC_MEAN":
      // Exact sums: a sum of float8 depends on the order of rows, and a cursor must match the same number again.
      return measured(sql`avg(value::numeric)::float8`);
  }
}
