import type { MigrationList } from "@prisma/schema-engine-wasm";
import type { Connection } from "../connection.js";
import { readMigrations } from "./migrations.js";

/** Returns the names of this version's migrations that were not applied to the database. */
export async function missingMigrations(connection: Connection): Promise<string[]> {
  return missingOf(await readMigrations(), connection);
}

/** Returns the names of those migrations that were not applied to the database. */
export async function missingOf({ migrationDirectories }: MigrationList, { sql }: Connection): Promise<string[]> {
  const wanted = migrationDirectories.map(({ path }) => path);
  const applied = await sql<{ name: string }[]>`
    select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null`.catch(
    (error: { code?: string }) => {
      if (error.code === UNDEFINED_TABLE) return [];
      throw error;
    },
  );
  return wanted.filter((name) => !applied.some((row) => row.name === name));
}

/** PostgreSQL's error code (manual, appendix A). */
const UNDEFINED_TABLE = "42P01";
