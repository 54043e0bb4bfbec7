import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { closeSql, openSql } from "../connection.js";

/** Interval of attempts to take the turn. A process that starts its next import is slower, so that servers take turns. */
const POLL_MILLISECONDS = 100;
/** Interval at which the holder uses its connection, which is closed when it is silent for long, and takes the lock again. */
const HOLD_MILLISECONDS = 5000;

/** Time without a statement of the holder after which PostgreSQL frees the turn: the holder's machine may have vanished. */
const MAX_IDLE_MILLISECONDS = 30_000;

interface ImportTurnOptions {
  readonly signal?: AbortSignal;
  /** Called once if another process imports. */
  readonly onWait?: () => void;
  readonly maxIdleMilliseconds?: number;
}

/** The right to import, which one process has at a time. */
interface ImportTurn {
  release(): Promise<void>;
}

/**
 * Waits until no other process imports into the database of `url`. Imports are long transactions that read and write the same
 * tables, and each may use much memory. The turn is an advisory lock of a connection of its own, so that PostgreSQL frees it when
 * the process dies, or sends nothing for long. If the connection is lost, another import may run beside this one; both store
 * correctly.
 *
 * @throws the signal's reason if it is aborted first
 */
export async function takeImportTurn(
  url: string,
  { signal, onWait, maxIdleMilliseconds = MAX_IDLE_MILLISECONDS }: ImportTurnOptions = {},
): Promise<ImportTurn> {
  signal?.throwIfAborted();
  const sql = openSql(url, { applicationName: "rankscope import turn", maxConnections: 1 });
  try {
    for (let attempt = 1; !(await tryLock(sql)); attempt++) {
      if (attempt === 1) onWait?.();
      await sleep(POLL_MILLISECONDS, undefined, { signal });
    }
    await sql`select set_config('idle_session_timeout', ${String(maxIdleMilliseconds)}, false)`;
    signal?.throwIfAborted();
  } catch (error) {
    await closeSql(sql);
    signal?.throwIfAborted();
    throw error;
  }
  const holding = setInterval(() => void tryLock(sql).catch(() => undefined), HOLD_MILLISECONDS);
  return {
    release() {
      clearInterval(holding);
      return closeSql(sql);
    },
  };
}

/** A statement that blocks for long would count as a lost connection, so that the attempt does not wait. */
async function tryLock(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_lock(hashtextextended('rankscope import', 0)) as locked`;
  return row?.locked === true;
}
