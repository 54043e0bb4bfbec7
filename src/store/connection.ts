import postgres, { type Sql } from "postgres";
import { boundTransactions } from "./driver/bound-transactions.js";
import { observedSql, type StatementObserver } from "./driver/observed-sql.js";
import { SILENCE_MILLISECONDS } from "./driver/patient-socket.js";
import { socketOptions } from "./driver/postgres-js-socket.js";

/** Anything that statements can be sent to: a database, or only its SQL side. */
export interface Connection {
  /** `int8` comes as a number; one beyond 2^53 is an error rather than rounded. */
  readonly sql: Sql;
}

export interface ConnectionOptions {
  /** What pg_stat_activity shows. */
  readonly applicationName: string;
  readonly maxConnections: number;
  /** Told of every statement; without one nothing is measured. */
  readonly observe?: StatementObserver | undefined;
  /** After which PostgreSQL ends a statement; undefined lets each take as long as it needs. */
  readonly statementSeconds?: number | undefined;
  /** Whether a statement may take any time without a word; otherwise a silent connection is given up. */
  readonly isPatient?: boolean;
  /** After which a connection that nobody uses is closed; undefined keeps it. */
  readonly idleSeconds?: number | undefined;
  /** Settings of PostgreSQL, for as long as a connection lives. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** Opens SQL on the database of `url`. The first statement connects; nothing does before. */
export function openSql(url: string, options: ConnectionOptions): Sql {
  const {
    applicationName,
    maxConnections,
    observe,
    statementSeconds,
    isPatient = false,
    idleSeconds,
    settings,
  } = options;
  // A list of hosts is postgres.js's own affair.
  const socket = isPatient || url.includes(",") ? {} : socketOptions(url);
  const sql = postgres(url, {
    ...socket,
    max: maxConnections,
    backoff: () => RECONNECT_SECONDS,
    connection: {
      application_name: applicationName,
      options: STARTUP_PADDING,
      ...settings,
      ...(statementSeconds !== undefined && { statement_timeout: statementSeconds * 1000 }),
      // PostgreSQL's side of the same: what a lost client had begun holds its locks until then.
      ...(!isPatient && { idle_in_transaction_session_timeout: SILENCE_MILLISECONDS }),
    },
    ...(idleSeconds !== undefined && { idle_timeout: idleSeconds }),
    onnotice: () => undefined,
    types: { int8: INT8 },
  }) as Sql;
  const bound = boundTransactions(sql);
  return observe === undefined ? bound : observedSql(bound, observe);
}

/**
 * How long a connection that was lost waits before it is opened again. Left to itself postgres.js 3.4.9 counts what a pool
 * loses together as failed attempts: after ten connections lost at once, the next are opened up to 20 s later.
 */
const RECONNECT_SECONDS = 0.2;

/**
 * Makes the first message of a connection long enough to be sent at once. postgres.js 3.4.9 puts shorter ones off, and where
 * a connection closes before such a turn has come (PostgreSQL was killed) it forgets the turn but not that there is one:
 * nothing is ever sent on that connection's successors, and each statement that is given to them fails after 30 s.
 * PostgreSQL takes these spaces for no options at all.
 */
const STARTUP_PADDING = " ".repeat(1024);

/** How long running statements may take to end. */
const PARTING_SECONDS = 5;

/**
 * Waits for running statements and closes the connections of `sql`. One whose server has just died may never say that it is
 * closed: after `seconds` it is cut, and what runs on it with it.
 */
export function closeSql(sql: Sql, seconds = PARTING_SECONDS): Promise<void> {
  return sql.end({ timeout: seconds });
}

/** PostgreSQL's 64-bit integer, object id 20. */
const INT8 = {
  to: 20,
  from: [20],
  serialize: String,
  parse(text: string): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no integer that JavaScript's number holds`);
    return value;
  },
};
