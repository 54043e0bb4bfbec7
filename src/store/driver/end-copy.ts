/**
 * Two faults of postgres.js 3.4.9 at the end of a COPY FROM STDIN:
 * - If PostgreSQL refuses a row after the last one was sent, the stream never settles.
 * - The ended stream is destroyed with a CopyFail. PostgreSQL ignores it, but stops counting how long the transaction is idle
 *   until the next statement: a transaction whose client is lost just then would keep its locks for ever.
 *
 * Upstream: https://github.com/porsager/postgres/issues/1173 (fix proposed in pull request 1183); the second is not reported.
 * Proof: tests/integration/store/copy-into.test.ts.
 * Remove when: a release settles the stream on errors and sends no CopyFail after CopyDone. No release does as of 3.4.9.
 */
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { TransactionSql } from "postgres";

/** Ends the COPY `target` of the transaction `sql`. @throws PostgreSQL's error that the transaction is aborted */
export async function endCopy(sql: TransactionSql, target: Writable): Promise<void> {
  target._destroy = (error, settle) => {
    settle(error);
  };
  target.end();
  // The stream sends its end in the turn after this one. If the COPY was refused, the next statement fails.
  await setImmediate();
  await sql`select 1`;
}
