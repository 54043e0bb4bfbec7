/**
 * Fault of postgres.js 3.4.9: a connection counts the rows of the current statement, and does not reset the count if the
 * statement fails after it has sent rows, as one that is cancelled. The rows of the next statement on that connection then begin
 * at this count: its result has that many empty places before them.
 *
 * Upstream: not reported.
 * Proof: tests/integration/store/stale-row-count.test.ts.
 * Remove when: a release resets the count on errors. No release does as of 3.4.9.
 */
import type { Sql } from "postgres";
import { interceptedSql } from "../sql/intercepted-sql.js";

/** Returns `sql`, whose results have no empty places. */
export function withDenseRows(sql: Sql): Sql {
  return interceptedSql(sql, (statement, send) => {
    const { resolve } = statement;
    statement.resolve = (result) => resolve(dropEmptyPlaces(result));
    return send();
  });
}

/** Removes the empty places before the first row, in the result itself: it also has the statement's properties. */
export function dropEmptyPlaces(result: unknown): unknown {
  if (!Array.isArray(result) || result.length === 0 || 0 in result) return result;
  const first = result.findIndex((_, i) => i in result);
  result.splice(0, first < 0 ? result.length : first);
  return result;
}
