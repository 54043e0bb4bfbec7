import type { Sql } from "postgres";
import type { Connection } from "../connection.js";
import { hasUpdates } from "../studies/layers.js";
import { hasRuns } from "../studies/ranks.js";
import { studyCondition } from "./conditions.js";
import type { StudyFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";

/** A study. Its number of layer rows is ranks times layers. */
interface LayerRowStudy {
  readonly id: string;
  readonly slug: string;
}

/** The studies whose layers are listed, and the ranks; undefined for all ranks. */
export interface LayerRowsQuery {
  readonly filter: StudyFilter | null | undefined;
  readonly ranks: readonly number[] | undefined;
}

/**
 * Returns studies in the order of slugs, from the slug `from` on, until they have at least `rows` layer rows together. The rows
 * of `from` itself do not count, since an earlier page may contain them. @throws ARGUMENT_INVALID
 */
export function layerRowStudies(
  { sql }: Connection,
  { rows, from, ...query }: LayerRowsQuery & { readonly rows: number; readonly from: string | undefined },
): Promise<LayerRowStudy[]> {
  return sql<LayerRowStudy[]>`
    select id, slug from (
      select id, slug, n, coalesce(sum(case when slug = ${from ?? null}::text then 0 else n end)
        over (order by slug rows between unbounded preceding and 1 preceding), 0) as before
      from (${withRowCount(sql, query)}) as counted
      where n > 0 ${from === undefined ? sql`` : sql`and slug >= ${from}`}
    ) as summed
    where before < ${rows} order by slug`;
}

/** Returns the number of all layer rows. @throws ARGUMENT_INVALID */
export async function countLayerRows({ sql }: Connection, query: LayerRowsQuery): Promise<number> {
  const [row] = await sql<
    { n: number }[]
  >`select coalesce(sum(n), 0)::int as n from (${withRowCount(sql, query)}) as counted`;
  return row?.n ?? 0;
}

function withRowCount(sql: Sql, { filter, ranks }: LayerRowsQuery): Fragment {
  const among = ranks === undefined ? sql`true` : sql`r = any(${[...ranks]}::int[])`;
  return sql`
    select study.id, slug,
      (select count(*) from layer where layer.study_id = study.id and ${hasUpdates(sql)})
        * (select count(*) from rank where rank.study_id = study.id and ${hasRuns(sql)} and ${among}) as n
    from study where ${studyCondition(sql, filter)}`;
}
