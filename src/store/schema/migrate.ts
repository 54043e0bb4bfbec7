import { createRequire } from "node:module";
import postgres, { type Sql } from "postgres";
import { failure } from "../../errors.js";
import { missingOf } from "./missing-migrations.js";
import { MIGRATION_LOCK, readMigrations } from "./migrations.js";

/**
 * Migrates the database of `url` to this version's schema. If several processes do so at once, one applies the migrations and
 * the others wait.
 *
 * @returns the names of the applied migrations, oldest first
 * @throws MIGRATION_FAILED with the engine's message; the database stays at the last successful migration
 */
export async function migrate(url: string): Promise<{ readonly applied: readonly string[] }> {
  const sql = postgres(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: "rankscope migrate" },
  });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`;
    const applied = await migrateTables(sql, url);
    await migrateQueue(sql, url);
    return { applied };
  } catch (cause) {
    // Removes the engine's stack trace.
    const [received] = (cause instanceof Error ? cause.message : String(cause)).split(/\n +0: /);
    throw failure("MIGRATION_FAILED", { received, cause });
  } finally {
    await sql.end();
  }
}

async function migrateTables(sql: Sql, url: string): Promise<readonly string[]> {
  const migrationsList = await readMigrations();
  const { baseDir, migrationDirectories } = migrationsList;
  if (migrationDirectories.length === 0) throw new Error(`There are no migrations in ${baseDir}.`);
  if ((await missingOf(migrationsList, { sql })).length === 0) return [];
  // Most starts find the schema complete. They do without the engine, which takes half a second to load.
  const { applyMigrations } = await import("./apply-migrations.js");
  return applyMigrations(url, migrationsList);
}

/** Migrates the schema of graphile-worker unless this version of it did so before. */
async function migrateQueue(sql: Sql, url: string): Promise<void> {
  const { version } = createRequire(import.meta.url)("graphile-worker/package.json") as { readonly version: string };
  const migrated = `migrated by graphile-worker ${version}`;
  const [schema] = await sql<{ comment: string | null }[]>`
    select obj_description(to_regnamespace('graphile_worker'), 'pg_namespace') as comment`;
  if (schema?.comment === migrated) return;
  const { migrateQueue: migrateSchema } = await import("./apply-migrations.js");
  await migrateSchema(url);
  // A comment takes no parameters; the version has no quotes.
  await sql.unsafe(`comment on schema graphile_worker is '${migrated}'`);
}
