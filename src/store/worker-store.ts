import type { Config } from "../config.js";
import { failure } from "../errors.js";
import { closeSql, openSql, type Connection } from "./connection.js";
import { connectToEmbeddedPostgres } from "./embedded/connect.js";
import { readMigrations } from "./migrations.js";
import { assertReachable } from "./reachable.js";

/** What a worker needs of the database: it neither starts nor migrates one. */
export interface WorkerStore {
  readonly connection: Connection;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens the database that a server has prepared: that of DATABASE_URL, or the embedded one of a running server.
 *
 * @throws DATABASE_UNREACHABLE, NO_SERVER, MIGRATION_PENDING
 */
export async function openWorkerStore({ databaseUrl, dataDirectory, computeThreads }: Config): Promise<WorkerStore> {
  const url = databaseUrl ?? (await connectToEmbeddedPostgres({ dataDirectory }))?.url;
  if (url === undefined) throw failure("NO_SERVER", { where: dataDirectory });
  await assertReachable(url);
  const sql = openSql(url, { applicationName: "rankscope worker", maxConnections: computeThreads + 2 });
  try {
    await assertMigrated({ sql });
  } catch (error) {
    await closeSql(sql);
    throw error;
  }
  return { connection: { sql }, url, close: () => closeSql(sql) };
}

async function assertMigrated({ sql }: Connection): Promise<void> {
  const wanted = (await readMigrations()).migrationDirectories.map(({ path }) => path);
  const applied = await sql<{ name: string }[]>`
    select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null`.catch(
    (error: { code?: string }) => {
      if (error.code === UNDEFINED_TABLE) return [];
      throw error;
    },
  );
  const missing = wanted.filter((name) => !applied.some((row) => row.name === name));
  if (missing.length > 0) throw failure("MIGRATION_PENDING", { received: `a database without ${missing.join(", ")}` });
}

/** PostgreSQL's error code (manual, appendix A). */
const UNDEFINED_TABLE = "42P01";
