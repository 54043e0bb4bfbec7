import type { Sql } from "postgres";
import type { Connection } from "../connection.js";
import { studyCondition } from "./conditions.js";
import type { StudyFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";

/** A study with as many layer rows as it has ranks times layers. */
export interface LayerRowStudy {
  readonly id: string;
  readonly slug: string;
}

/** Which studies' layers are listed, and at which ranks; undefined is all of them. */
export interface LayerRowsAsked {
  readonly filter: StudyFilter | null | undefined;
  readonly ranks: readonly number[] | undefined;
}

/**
 * The studies, from the slug `from` on in the order of slugs, whose layer rows together are the next `rows` or more, beside
 * those of `from` itself, which may have been given already. @throws ARGUMENT_INVALID
 */
export function layerRowStudies(
  { sql }: Connection,
  { rows, from, ...asked }: LayerRowsAsked & { readonly rows: number; readonly from: string | undefined },
): Promise<LayerRowStudy[]> {
  return sql<LayerRowStudy[]>`
    select id, slug from (
      select id, slug, n, coalesce(sum(case when slug = ${from ?? null}::text then 0 else n end)
        over (order by slug rows between unbounded preceding and 1 preceding), 0) as before
      from (${sized(sql, asked)}) as sized
      where n > 0 ${from === undefined ? sql`` : sql`and slug >= ${from}`}
    ) as placed
    where before < ${rows} order by slug`;
}

/** How many layer rows there are in all. @throws ARGUMENT_INVALID */
export async function countLayerRows({ sql }: Connection, asked: LayerRowsAsked): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select coalesce(sum(n), 0)::int as n from (${sized(sql, asked)}) as sized`;
  return row?.n ?? 0;
}

function sized(sql: Sql, { filter, ranks }: LayerRowsAsked): Fragment {
  const among = ranks === undefined ? sql`true` : sql`r = any(${[...ranks]}::int[])`;
  return sql`
    select study.id, slug,
      (select count(*) from layer where layer.study_id = study.id)
        * (select count(*) from rank where rank.study_id = study.id and ${among}) as n
    from study where ${studyCondition(sql, filter)}`;
}
