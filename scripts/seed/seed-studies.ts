import type { Connection } from "#src/store/connection.js";
import { copyRows } from "#src/store/copy/copy-rows.js";
import type { SeedOptions } from "./seed-options.js";
import { SEEDED_TABLES, seedStudy, type SeededRows, type SeededTable } from "./seed-study.js";

/** Studies that are held in memory at once and written in one transaction. */
const BATCH = 50;

const TABLES = Object.keys(SEEDED_TABLES) as SeededTable[];

/**
 * Adds generated studies by COPY. Their slugs continue those of the stored ones: `seeded-000000`, `seeded-000001` and so on.
 *
 * @returns number of rows written
 */
export async function seedStudies(
  { sql }: Connection,
  options: SeedOptions,
  progress: (done: number) => void = () => undefined,
): Promise<number> {
  const [stored] = await sql<{ n: number }[]>`select count(*)::int as n from study where slug like 'seeded-%'`;
  const first = stored?.n ?? 0;
  let written = 0;
  for (let done = 0; done < options.studies; done += BATCH) {
    const rows = Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as SeededRows;
    const end = Math.min(done + BATCH, options.studies);
    for (let number = done; number < end; number++) seedStudy(rows, first + number, options);
    await sql.begin(async (transaction) => {
      for (const table of TABLES) {
        await copyRows(transaction, table, SEEDED_TABLES[table], rows[table]);
        written += rows[table].length;
      }
    });
    progress(end);
  }
  // Otherwise PostgreSQL would plan the first queries for empty tables.
  for (const table of TABLES) await sql`vacuum analyze ${sql(table)}`;
  return written;
}
