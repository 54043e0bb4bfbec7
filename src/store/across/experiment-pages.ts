import type { Sql } from "postgres";
import type { Connection } from "../connection.js";
import { experimentCondition } from "./conditions.js";
import { experimentOrderKey, type ExperimentOrder } from "./experiment-order.js";
import type { ExperimentFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";
import { inOrder } from "./keyset.js";

/** Selects a page of the runs of each study. */
export interface ExperimentPageSelection {
  readonly filter?: ExperimentFilter | null | undefined;
  /** Order of the runs. The default is rank, then bits (largest first), then name. */
  readonly orderBy?: ExperimentOrder | null | undefined;
  /** Maximum number of runs. */
  readonly first: number;
  /** Id of the run before the page; null for the first page. */
  readonly after: string | null;
}

/** A page of a study's runs. */
export interface ExperimentPage {
  /** Ids of its runs, in order. */
  readonly ids: readonly string[];
  /** Number of selected runs on all pages. */
  readonly totalCount: number;
  readonly hasNextPage: boolean;
  /** Whether the run before the page is among the selected runs; true for the first page. */
  readonly isAfterKnown: boolean;
}

/** Returns a page of the selected runs of each study. Studies without a selected run are left out. @throws ARGUMENT_INVALID */
export async function experimentPages(
  { sql }: Connection,
  studyIds: readonly string[],
  { filter, orderBy, first, after }: ExperimentPageSelection,
): Promise<(ExperimentPage & { readonly studyId: string })[]> {
  const { order, joined } = selectedOrder(sql, orderBy);
  const rows = await sql<{ studyId: string; ids: string[]; totalCount: number; start: number | null }[]>`
    with selected as materialized (
      select experiment.study_id, experiment.id,
        row_number() over (partition by experiment.study_id order by ${order})::int as position
      from experiment left join rank on rank.id = rank_id join study on study.id = experiment.study_id
      ${joined}
      where experiment.study_id = any(${[...studyIds]}::uuid[]) and ${experimentCondition(sql, filter)}),
    counted as (
      select study_id, max(position) as total, max(position) filter (where id = ${after}::uuid) as start
      from selected group by study_id)
    select study_id as "studyId", total as "totalCount", start,
      array(select id from selected where selected.study_id = counted.study_id and position > coalesce(start, 0)
        and position <= coalesce(start, 0) + ${first} order by position) as ids
    from counted`;
  return rows.map(({ studyId, ids, totalCount, start }) => ({
    studyId,
    ids,
    totalCount,
    hasNextPage: (start ?? 0) + ids.length < totalCount,
    isAfterKnown: after === null || start !== null,
  }));
}

/** Returns the terms of `order by` for rows `experiment` with their `rank` and `study`, and the join that they need. */
function selectedOrder(
  sql: Sql,
  orderBy: ExperimentOrder | null | undefined,
): { readonly order: Fragment; readonly joined: Fragment } {
  if (orderBy == null) return { order: sql`rank.r, quantization_bits desc nulls last, experiment.name`, joined: sql`` };
  const { key, joined } = experimentOrderKey(sql, orderBy);
  return { order: inOrder(sql, key, sql`experiment.id`, orderBy.direction), joined };
}
