import type { Connection } from "#src/store/connection.js";
import { copyRows } from "#src/store/copy/copy-rows.js";
import type { SeedOptions } from "./seed-options.js";
import { SEEDED_TABLES, seedStudy, type SeededRows, type SeededTable } from "./seed-study.js";

/** Held in memory at once, and written in one transaction. */
const BATCH = 50;

const TABLES = Object.keys(SEEDED_TABLES) as SeededTable[];

/**
 * Adds made-up studies by COPY: `seeded-000000` and on, after those that are there.
 *
 * @returns how many rows were written
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
  // Without statistics the first queries after so many rows would be planned for an empty store.
  for (const table of TABLES) await sql`vacuum analyze ${sql(table)}`;
  return written;
}
