import type { Sql } from "postgres";
import { interceptedSql } from "./intercepted-sql.js";

/** The end of one statement. */
export interface StatementEnd {
  /** With `$1` in place of each value; undefined if the statement was never sent. */
  readonly text: string | undefined;
  /** Set if the statement failed. */
  readonly error?: unknown;
}

/**
 * Called when a statement begins, before it waits for a connection. The returned function is called once, when the statement
 * has ended.
 */
export type StatementObserver = () => (end: StatementEnd) => void;

/**
 * Returns `sql`, which calls `observe` for each statement, those of transactions included. A COPY ends when PostgreSQL is
 * ready to receive rows.
 */
export function observedSql(sql: Sql, observe: StatementObserver): Sql {
  return interceptedSql(sql, (statement, send) => {
    const onEnd = observe();
    let hasEnded = false;
    // A COPY settles twice: when PostgreSQL is ready to receive rows, and when it has all of them.
    const end = (outcome: StatementEnd) => {
      if (!hasEnded) onEnd(outcome);
      hasEnded = true;
    };
    const { resolve, reject } = statement;
    statement.resolve = (value) => {
      end({ text: statement.string });
      return resolve(value);
    };
    statement.reject = (error) => {
      end({ text: statement.string, error });
      return reject(error);
    };
    return send();
  });
}
