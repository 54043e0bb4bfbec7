import type { Sql } from "postgres";
import { interceptedSql } from "./intercepted-sql.js";

/** How one statement ended. */
export interface StatementEnd {
  /** With `$1` in the place of each value; undefined where PostgreSQL was never asked. */
  readonly text: string | undefined;
  /** What it failed with. */
  readonly error?: unknown;
}

/** Called as a statement begins, waiting for a connection included; what it gives is called once, when the statement has ended. */
export type StatementObserver = () => (end: StatementEnd) => void;

/**
 * `sql`, of which every statement is told to `observe`, those within transactions too. A COPY has ended for it when
 * PostgreSQL is ready to take rows.
 */
export function observedSql(sql: Sql, observe: StatementObserver): Sql {
  return interceptedSql(sql, (statement, send) => {
    const told = observe();
    let isOver = false;
    // A COPY is settled twice: when PostgreSQL takes rows, and when it has them all.
    const ended = (end: StatementEnd) => {
      if (!isOver) told(end);
      isOver = true;
    };
    const { resolve, reject } = statement;
    statement.resolve = (value) => {
      ended({ text: statement.string });
      return resolve(value);
    };
    statement.reject = (error) => {
      ended({ text: statement.string, error });
      return reject(error);
    };
    return send();
  });
}
