import { RankscopeError } from "../errors.js";
import type { Log } from "../log.js";
import { closeSql, openSql, type Connection } from "./connection.js";
import { connectToEmbeddedPostgres } from "./embedded/connect.js";
import { startEmbeddedPostgres } from "./embedded/start.js";
import type { PrismaClient } from "./generated/client.js";
import { migrate } from "./schema/migrate.js";
import type { StatementObserver } from "./sql/observed-sql.js";
import { openPrisma } from "./open-prisma.js";
import { assertReachable } from "./assert-reachable.js";

/**
 * One database with access to all of it, by two clients.
 *
 * Prisma reads and writes the program's own single entities: access tokens, calibrations, the newest study.
 *
 * postgres.js does everything else:
 * - what requests read: their loaders take many ids, join and aggregate in one statement, and are limited by transactions that
 *   take one round trip more (`limited-sql.ts`);
 * - tags, which change in one statement, so that two requests at once lose none;
 * - imports (COPY, one transaction) and LISTEN/NOTIFY;
 * - job and worker rows, whose times are compared with PostgreSQL's clock and which change together with the queue's rows.
 */
export interface Database extends Connection {
  readonly prisma: PrismaClient;
  /** With its password. */
  readonly url: string;
  /** URL of a pooler of this database, through which requests connect; undefined if they connect by `url`. */
  readonly poolerUrl?: string | undefined;
  /** Called for every statement. Further connections to the database take it over. */
  readonly observe?: StatementObserver | undefined;
  /** Waits for running statements and closes every connection. Further calls do nothing. */
  close(): Promise<void>;
}

interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly poolerUrl?: string | undefined;
  /** Maximum connections of postgres.js; 10 by default. Prisma has at most 2 more. */
  readonly maxConnections?: number | undefined;
  /** Called for every statement. */
  readonly observe?: StatementObserver | undefined;
}

/** Opens the database of `url`. The first statement connects. */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const { applicationName, poolerUrl, maxConnections = 10, observe } = options;
  const prisma = openPrisma(url, { applicationName, observe });
  const sql = openSql(url, { applicationName, maxConnections, observe });
  let closing: Promise<void> | undefined;
  return {
    prisma,
    sql,
    url,
    poolerUrl,
    observe,
    close: () => (closing ??= Promise.all([prisma.$disconnect(), closeSql(sql)]).then(() => undefined)),
  };
}

/** A migrated database, embedded or not. */
export interface Store extends Database {
  /** True if this process runs the PostgreSQL; `close` then stops it too. */
  readonly owned: boolean;
}

/** The database to open. */
export interface StoreSettings {
  /** The URL of a running PostgreSQL; undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
  /** The URL of a pooler of the same database, for requests. */
  readonly poolerUrl?: string | undefined;
  /** Directory of the embedded PostgreSQL. */
  readonly dataDirectory: string;
}

interface StoreOptions {
  /** The command (`serve`, `import`): shown in pg_stat_activity, and in the error if the data directory is in use. */
  readonly purpose: string;
  /** Address of the server, if the command is one. */
  readonly address?: string | undefined;
  /** True for a server, which must own an embedded PostgreSQL. Other commands may share a running server's. */
  readonly exclusive?: boolean;
  readonly maxConnections?: number | undefined;
  readonly observe?: StatementObserver | undefined;
  readonly log: Log;
}

/**
 * Opens the configured database and migrates it to this version's schema: that of DATABASE_URL, or the embedded one, which a
 * running server or this process itself runs.
 *
 * @throws DATABASE_UNREACHABLE, DATA_DIRECTORY_IN_USE, EMBEDDED_POSTGRES_UNAVAILABLE, MIGRATION_FAILED
 */
export async function openStore(settings: StoreSettings, options: StoreOptions): Promise<Store> {
  const { purpose, maxConnections, observe, log } = options;
  const server = await findServer(settings, options);
  try {
    const { applied } = await migrate(server.url);
    if (applied.length > 0) log.info({ applied }, "migrated the database");
    const database = openDatabase(server.url, {
      applicationName: `rankscope ${purpose}`,
      poolerUrl: settings.poolerUrl,
      maxConnections,
      observe,
    });
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

async function findServer({ databaseUrl, dataDirectory }: StoreSettings, options: StoreOptions): Promise<Server> {
  const { purpose, address, exclusive = false, log } = options;
  if (databaseUrl !== undefined) {
    await assertReachable(databaseUrl);
    return shared(databaseUrl);
  }
  const running = exclusive ? undefined : await connectToEmbeddedPostgres({ dataDirectory });
  if (running !== undefined) return shared(running.url);
  try {
    return { ...(await startEmbeddedPostgres({ dataDirectory, purpose, address, log })), owned: true };
  } catch (error) {
    // Another process started it meanwhile.
    if (exclusive || !(error instanceof RankscopeError) || error.code !== "DATA_DIRECTORY_IN_USE") throw error;
    const started = await connectToEmbeddedPostgres({ dataDirectory });
    if (started === undefined) throw error;
    return shared(started.url);
  }
}

function shared(url: string): Server {
  return { url, owned: false, stop: () => Promise.resolve() };
}
