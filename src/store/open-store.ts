import postgres from "postgres";
import type { Config } from "../config.js";
import { failure, RankscopeError } from "../errors.js";
import type { Log } from "../log.js";
import { type Database, openDatabase } from "./database.js";
import { connectToEmbeddedPostgres } from "./embedded/connect.js";
import { startEmbeddedPostgres } from "./embedded/start.js";
import { migrate } from "./migrate.js";

/** A migrated database, wherever it runs. */
export interface Store extends Database {
  /** Whether this process runs the PostgreSQL, which `close` then stops too. */
  readonly owned: boolean;
}

export interface StoreOptions {
  /** The command (`serve`, `import`): shown in pg_stat_activity and to whoever finds the data directory in use. */
  readonly purpose: string;
  /** Where the command serves, if it does. */
  readonly address?: string | undefined;
  /** True for a server, which must own an embedded PostgreSQL; other commands may share a running server's. */
  readonly exclusive?: boolean;
  readonly maxConnections?: number | undefined;
  readonly log: Log;
}

/**
 * Opens the database that the configuration asks for and brings it to this version's schema: that of DATABASE_URL, or
 * the embedded one, a running server's or this process's own.
 *
 * @throws DATABASE_UNREACHABLE, DATA_DIRECTORY_IN_USE, EMBEDDED_POSTGRES_UNAVAILABLE, MIGRATION_FAILED
 */
export async function openStore(config: Config, options: StoreOptions): Promise<Store> {
  const { purpose, maxConnections, log } = options;
  const server = await reachServer(config, options);
  try {
    const { applied } = await migrate(server.url);
    if (applied.length > 0) log.info({ applied }, "migrated the database");
    const database = openDatabase(server.url, { applicationName: `rankscope ${purpose}`, maxConnections });
    let closing: Promise<void> | undefined;
    return {
      ...database,
      owned: server.owned,
      close: () => (closing ??= database.close().finally(() => server.stop())),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Server {
  readonly url: string;
  readonly owned: boolean;
  stop(): Promise<void>;
}

async function reachServer(config: Config, { purpose, address, exclusive = false, log }: StoreOptions): Promise<Server> {
  const { databaseUrl, dataDirectory } = config;
  if (databaseUrl !== undefined) {
    await assertReachable(databaseUrl);
    return shared(databaseUrl);
  }
  const running = exclusive ? undefined : await connectToEmbeddedPostgres({ dataDirectory });
  if (running !== undefined) return shared(running.url);
  try {
    return { ...(await startEmbeddedPostgres({ dataDirectory, purpose, address, log })), owned: true };
  } catch (error) {
    // Somebody else started it after we looked.
    if (exclusive || !(error instanceof RankscopeError) || error.code !== "DATA_DIRECTORY_IN_USE") throw error;
    const started = await connectToEmbeddedPostgres({ dataDirectory });
    if (started === undefined) throw error;
    return shared(started.url);
  }
}

function shared(url: string): Server {
  return { url, owned: false, stop: () => Promise.resolve() };
}

const CONNECT_SECONDS = 10;

async function assertReachable(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_SECONDS, fetch_types: false, onnotice: () => undefined });
  try {
    await sql`select 1`;
  } catch (cause) {
    const { host, pathname } = new URL(url);
    throw failure("DATABASE_UNREACHABLE", {
      where: `${host}${pathname}`,
      received: cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause),
      cause,
    });
  } finally {
    await sql.end({ timeout: 0 });
  }
}
