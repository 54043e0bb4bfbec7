import type { Sql } from "postgres";
import type { Connection } from "./connection.js";
import type { Fragment } from "./across/fragment.js";

/** Runs that belong together. */
export interface Study {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly baseModel: string | null;
  /** The folder of the last import. */
  readonly folder: string;
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The studies of `slugs`, in any order; unknown slugs are left out. */
export function studiesBySlug({ sql }: Connection, slugs: readonly string[]): Promise<Study[]> {
  return sql<Study[]>`select ${studyColumns(sql)} from study where slug = any(${[...slugs]}::text[])`;
}

export function studiesById({ sql }: Connection, ids: readonly string[]): Promise<Study[]> {
  return sql<Study[]>`select ${studyColumns(sql)} from study where id = any(${[...ids]}::uuid[])`;
}

export async function countStudies({ sql }: Connection): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from study`;
  return row?.n ?? 0;
}

/** The study that was imported last; undefined where there is none. */
export async function newestStudy({ sql }: Connection): Promise<Study | undefined> {
  const [study] = await sql<Study[]>`select ${studyColumns(sql)} from study order by created_at desc, id desc limit 1`;
  return study;
}

/** The columns of a row `study`, as Study has them. */
export function studyColumns(sql: Sql): Fragment {
  return sql`study.id, study.slug, study.name, study.base_model as "baseModel", study.folder, study.tags,
    study.created_at as "createdAt", study.updated_at as "updatedAt"`;
}
