import postgres, { type Sql } from "postgres";
import { SILENCE_MILLISECONDS } from "./driver/patient-socket.js";
import { reconnectDelay } from "./driver/reconnect-delay.js";
import { withDenseRows } from "./driver/stale-row-count.js";
import { STARTUP_PADDING } from "./driver/startup-padding.js";
import { withBoundTransactions } from "./driver/transaction-binding.js";
import { observedSql, type StatementObserver } from "./sql/observed-sql.js";
import { socketOptions } from "./sql/socket-options.js";

/** Access to a database by SQL, restricted to some studies if it was opened for a principal that sees only those. */
export interface Connection {
  /** Returns `int8` as a number. A value beyond 2^53 is an error instead of being rounded. */
  readonly sql: Sql;
}

export interface ConnectionOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly maxConnections: number;
  /** Called for every statement. */
  readonly observe?: StatementObserver | undefined;
  /** Seconds after which PostgreSQL cancels a statement; undefined for no limit. */
  readonly statementSeconds?: number | undefined;
  /** True if a statement may run for any length of time. Otherwise a connection without a response is closed. */
  readonly isPatient?: boolean;
  /**
   * True if `url` is that of a pooler, such as PgBouncer, that gives each transaction another connection. Statements are not
   * prepared by name then, and the connections have no settings.
   */
  readonly isPooled?: boolean;
}

/** Opens SQL on the database of `url`. The first statement connects. */
export function openSql(url: string, options: ConnectionOptions): Sql {
  const { applicationName, maxConnections, observe, isPatient = false, isPooled = false } = options;
  // postgres.js itself handles a list of hosts.
  const socket = isPatient || url.includes(",") ? {} : socketOptions(url);
  const sql = postgres(url, {
    ...socket,
    max: maxConnections,
    backoff: reconnectDelay,
    prepare: !isPooled,
    connection: {
      application_name: applicationName,
      ...(!isPooled && connectionSettings(options)),
    },
    onnotice: () => undefined,
    types: { int8: INT8 },
  }) as Sql;
  const bound = withDenseRows(withBoundTransactions(sql));
  return observe === undefined ? bound : observedSql(bound, observe);
}

function connectionSettings({
  statementSeconds,
  isPatient = false,
}: ConnectionOptions): Record<string, string | number> {
  return {
    options: STARTUP_PADDING,
    ...(statementSeconds !== undefined && { statement_timeout: statementSeconds * 1000 }),
    // PostgreSQL ends a transaction whose client is lost, which would hold its locks otherwise.
    ...(!isPatient && { idle_in_transaction_session_timeout: SILENCE_MILLISECONDS }),
  };
}

/** Time that running statements have to end when their connections are closed. */
const CLOSE_SECONDS = 5;

/** Waits up to `seconds` for running statements, then closes all connections of `sql`. */
export function closeSql(sql: Sql, seconds = CLOSE_SECONDS): Promise<void> {
  return sql.end({ timeout: seconds });
}

/** PostgreSQL's 64-bit integer, object id 20. */
const INT8 = {
  to: 20,
  from: [20],
  serialize: String,
  parse(text: string): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a JavaScript number`);
    return value;
  },
};
