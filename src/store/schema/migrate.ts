import { runMigrations } from "graphile-worker";
import type { MigrationList, SchemaEngine } from "@prisma/schema-engine-wasm";
import postgres from "postgres";
import { failure } from "../../errors.js";
import { MIGRATION_LOCK, readMigrations } from "./migrations.js";
import { openQueuePool } from "../queue/queue-pool.js";
import { queueLog } from "../queue/queue-log.js";
import { NO_FILTER, withSchemaEngine } from "./schema-engine.js";

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
    const migrationsList = await readMigrations();
    const { baseDir, migrationDirectories } = migrationsList;
    if (migrationDirectories.length === 0) throw new Error(`There are no migrations in ${baseDir}.`);
    return await withSchemaEngine(url, async (engine) => {
      await forgetInterrupted(engine, migrationsList);
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: NO_FILTER });
      // graphile-worker has its own schema and its own migrations.
      await migrateQueue(url);
      return { applied: appliedMigrationNames };
    });
  } catch (cause) {
    // Removes the engine's stack trace.
    const [received] = (cause instanceof Error ? cause.message : String(cause)).split(/\n +0: /);
    throw failure("MIGRATION_FAILED", { received, cause });
  } finally {
    await sql.end();
  }
}

async function migrateQueue(url: string): Promise<void> {
  const pgPool = openQueuePool(url, 1);
  try {
    await runMigrations({ pgPool, logger: queueLog() });
  } finally {
    await pgPool.end();
  }
}

/**
 * Allows a failed or killed migration to run again. Its statements were sent as one query, which PostgreSQL runs in one
 * transaction: nothing remains of it but the engine's record that it began, because of which the engine would refuse.
 */
async function forgetInterrupted(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
    migrationsList,
    optInToShadowDatabase: false,
    filters: NO_FILTER,
  });
  for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
}
