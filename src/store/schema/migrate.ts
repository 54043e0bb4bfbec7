import { runMigrations } from "graphile-worker";
import type { MigrationList, SchemaEngine } from "@prisma/schema-engine-wasm";
import postgres from "postgres";
import { failure } from "../../errors.js";
import { MIGRATION_LOCK, readMigrations } from "./migrations.js";
import { openQueuePool } from "../queue/queue-pool.js";
import { queueLog } from "../queue/queue-log.js";
import { NO_FILTER, withSchemaEngine } from "./schema-engine.js";

/**
 * Brings the database of `url` to this version's schema. Of several processes that do so at once one applies the
 * migrations and the others wait for it.
 *
 * @returns the names of the migrations that were applied, oldest first; none when there was nothing to do
 * @throws MIGRATION_FAILED with the engine's words; the database stays at the last migration that succeeded
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
      // The queue's tables are graphile-worker's own, in a schema of their own, with a history of their own.
      await migrateQueue(url);
      return { applied: appliedMigrationNames };
    });
  } catch (cause) {
    // The engine's messages end in a numbered trace of its own functions.
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
 * Lets a migration that failed or was killed be tried again. Its statements were sent as one query, which PostgreSQL
 * makes one transaction: none of them lasted, only the engine's note that it had begun, on which it would refuse.
 */
async function forgetInterrupted(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
    migrationsList,
    optInToShadowDatabase: false,
    filters: NO_FILTER,
  });
  for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
}
