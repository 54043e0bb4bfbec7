import { failure } from "../errors.js";
import { closeSql, openSql, type Connection } from "./connection.js";
import type { StoreSettings } from "./database.js";
import { missingMigrations } from "./missing-migrations.js";
import type { StatementObserver } from "./driver/observed-sql.js";
import { connectToEmbeddedPostgres } from "./embedded/connect.js";
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
export async function openWorkerStore(
  { databaseUrl, dataDirectory, computeThreads }: StoreSettings & { readonly computeThreads: number },
  observe?: StatementObserver,
): Promise<WorkerStore> {
  const url = databaseUrl ?? (await connectToEmbeddedPostgres({ dataDirectory }))?.url;
  if (url === undefined) throw failure("NO_SERVER", { where: dataDirectory });
  await assertReachable(url);
  const sql = openSql(url, { applicationName: "rankscope worker", maxConnections: computeThreads + 2, observe });
  try {
    await assertMigrated({ sql });
  } catch (error) {
    await closeSql(sql);
    throw error;
  }
  return { connection: { sql }, url, close: () => closeSql(sql) };
}

async function assertMigrated(connection: Connection): Promise<void> {
  const missing = await missingMigrations(connection);
  if (missing.length > 0) throw failure("MIGRATION_PENDING", { received: `a database without ${missing.join(", ")}` });
}
