import { failure } from "../errors.js";
import type { Connection } from "./connection.js";
import { openDatabase, type Database, type StoreSettings } from "./database.js";
import { missingMigrations } from "./schema/missing-migrations.js";
import type { StatementObserver } from "./sql/observed-sql.js";
import { connectToEmbeddedPostgres } from "./embedded/connect.js";
import { assertReachable } from "./assert-reachable.js";

/** The database of a worker, which neither starts nor migrates it. */
export interface WorkerStore {
  readonly connection: Database;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens the database that a server has migrated: that of DATABASE_URL, or the embedded one of a running server.
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
  const connection = openDatabase(url, {
    applicationName: "rankscope worker",
    maxConnections: computeThreads + 2,
    observe,
  });
  try {
    await assertMigrated(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { connection, url, close: () => connection.close() };
}

async function assertMigrated(connection: Connection): Promise<void> {
  const missing = await missingMigrations(connection);
  if (missing.length > 0) throw failure("MIGRATION_PENDING", { received: `a database without ${missing.join(", ")}` });
}
