import { runMigrations } from "graphile-worker";
import type { MigrationList, SchemaEngine } from "@prisma/schema-engine-wasm";
import { queueLog } from "../queue/queue-log.js";
import { openQueuePool } from "../queue/queue-pool.js";
import { NO_FILTER, withSchemaEngine } from "./schema-engine.js";

/** Applies the migrations that are missing in the database of `url`. Returns their names, oldest first. */
export async function applyMigrations(url: string, migrationsList: MigrationList): Promise<readonly string[]> {
  return withSchemaEngine(url, async (engine) => {
    await forgetInterrupted(engine, migrationsList);
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: NO_FILTER });
    return appliedMigrationNames;
  });
}

/** Creates or migrates the schema of graphile-worker, which has migrations of its own. */
export async function migrateQueue(url: string): Promise<void> {
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
