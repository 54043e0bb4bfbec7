import type { Sql } from "postgres";
import { closeSql, openSql, type Connection, type ConnectionOptions } from "./connection.js";
import type { Database } from "./database.js";
import { SILENCE_MILLISECONDS } from "./driver/patient-socket.js";
import { limitedSql } from "./limited-sql.js";
import { observedSql } from "./sql/observed-sql.js";
import { settingsSql, type TransactionSettings } from "./sql/transaction-sql.js";

/** The connections that requests of one principal use. */
export interface ReadingConnections {
  /** For queries. PostgreSQL cancels statements that take too long. */
  readonly queries: Connection;
  /** For downloads, whose statements have no time limit and pause while the client does. */
  readonly downloads: Connection;
}

/** The connections of requests, separate from those of imports and jobs. */
export interface WebConnections {
  /** Returns the connections for a principal with access to the studies of `slugs`; undefined for all studies. */
  of(slugs: readonly string[] | undefined): ReadingConnections;
  close(): Promise<void>;
}

/** One pool for each use of principals with access to all studies, and one for each use of all other principals together. */
const POOLS = {
  queries: { applicationName: "rankscope web", maxConnections: 10 },
  downloads: { applicationName: "rankscope downloads", maxConnections: 4, isPatient: true },
  limitedQueries: { applicationName: "rankscope web limited", maxConnections: 6 },
  limitedDownloads: { applicationName: "rankscope downloads limited", maxConnections: 3, isPatient: true },
} as const satisfies Record<string, ConnectionOptions>;

/** Maximum number of connections that principals with access to some studies use, however many they are. */
export const MAX_LIMITED_CONNECTIONS = POOLS.limitedQueries.maxConnections + POOLS.limitedDownloads.maxConnections;

/** Opens the connections of requests. The first statement connects. */
export function openWebConnections(
  { url, poolerUrl, observe }: Pick<Database, "url" | "poolerUrl" | "observe">,
  { statementSeconds }: { readonly statementSeconds: number },
): WebConnections {
  const isPooled = poolerUrl !== undefined;
  const open = (name: keyof typeof POOLS) => {
    const options: ConnectionOptions = POOLS[name];
    return openSql(poolerUrl ?? url, {
      ...options,
      isPooled,
      ...(options.isPatient !== true && { statementSeconds }),
    });
  };
  const pools = {
    queries: open("queries"),
    downloads: open("downloads"),
    limitedQueries: open("limitedQueries"),
    limitedDownloads: open("limitedDownloads"),
  };
  // A pooler drops the settings of connections: each transaction has them instead.
  const querySettings: TransactionSettings = isPooled ? pooledSettings(statementSeconds) : {};
  const connection = (sql: Sql): Connection => ({ sql: observe === undefined ? sql : observedSql(sql, observe) });
  const unlimited: ReadingConnections = {
    queries: connection(isPooled ? settingsSql(pools.queries, querySettings) : pools.queries),
    downloads: connection(pools.downloads),
  };
  return {
    of(slugs) {
      if (slugs === undefined) return unlimited;
      return {
        queries: connection(limitedSql(pools.limitedQueries, slugs, querySettings)),
        downloads: connection(limitedSql(pools.limitedDownloads, slugs)),
      };
    },
    async close() {
      await Promise.all(Object.values(pools).map((sql) => closeSql(sql)));
    },
  };
}

/** The settings that `openSql` otherwise gives to connections. */
function pooledSettings(statementSeconds: number): TransactionSettings {
  return {
    statement_timeout: String(statementSeconds * 1000),
    idle_in_transaction_session_timeout: String(SILENCE_MILLISECONDS),
  };
}
