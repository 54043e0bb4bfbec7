import type { Connection } from "../connection.js";

/** Adds `tags` to a study, each once, sorted. Returns false if the study does not exist. */
export async function addTags({ sql }: Connection, slug: string, tags: readonly string[]): Promise<boolean> {
  const { count } = await sql.begin(
    (transaction) => transaction`
      update study set tags = array(select distinct unnest(tags || ${[...tags]}::text[]) as tag order by tag)
      where slug = ${slug}`,
  );
  return count > 0;
}

/** Removes `tags` from a study; it need not have them. Returns false if the study does not exist. */
export async function removeTags({ sql }: Connection, slug: string, tags: readonly string[]): Promise<boolean> {
  const { count } = await sql.begin(
    (transaction) => transaction`
      update study set tags = array(select tag from unnest(tags) as tag where tag <> all(${[...tags]}::text[]) order by tag)
      where slug = ${slug}`,
  );
  return count > 0;
}
