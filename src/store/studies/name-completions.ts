import type { Connection } from "../connection.js";

/**
 * Returns up to `limit` slugs that begin with `prefix`, the newest study first. Written in SQL: in Prisma's `startsWith`, `_`
 * matches any character.
 */
export async function slugsFrom({ sql }: Connection, prefix: string, limit: number): Promise<string[]> {
  const rows = await sql<{ slug: string }[]>`
    select slug from study where starts_with(slug, ${prefix}) and deleted_at is null order by created_at desc, id desc limit ${limit}`;
  return rows.map(({ slug }) => slug);
}

/** Returns up to `limit` names of a study's experiments that begin with `prefix`, in alphabetical order. */
export async function experimentNamesFrom(
  { sql }: Connection,
  slug: string,
  prefix: string,
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select experiment.name from experiment join study on study.id = experiment.study_id
    where study.slug = ${slug} and experiment.deleted_at is null
      and starts_with(experiment.name, ${prefix}) order by experiment.name limit ${limit}`;
  return rows.map(({ name }) => name);
}
