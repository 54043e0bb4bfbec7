import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { TransactionSql } from "postgres";

/**
 * Streams `chunks`, rows in COPY's text format cut anywhere, into `table`; part of the transaction `sql`. No more than one
 * chunk is held at a time.
 *
 * @throws what PostgreSQL says; where it refuses a row only after the last was sent, that the transaction is aborted; what
 * `chunks` throws
 */
export async function copyInto(
  sql: TransactionSql,
  table: string,
  columns: readonly string[],
  chunks: Iterable<string> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const target = await sql`copy ${sql(table)} (${sql(columns)}) from stdin`.writable();
  try {
    for await (const chunk of chunks) await send(target, chunk);
  } catch (error) {
    // Unless PostgreSQL is told, it waits for the rest, and the transaction's rollback behind it.
    if (!target.destroyed) target.once("error", () => undefined).destroy(error as Error);
    throw error;
  }
  // postgres.js 3.4.9 destroys a stream that has ended by a CopyFail. PostgreSQL ignores it, but no longer counts how long the
  // transaction is idle, until the next statement: one whose client is lost just then would hold its locks for ever.
  target._destroy = (error, settle) => {
    settle(error);
  };
  target.end();
  // postgres.js never settles a COPY that is refused after its end (porsager/postgres issue 1173), but the next statement
  // fails then. It may be sent as soon as the end is, which the stream does in the turn after this one.
  await setImmediate();
  await sql`select 1`;
}

function send(target: Writable, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    target.once("error", reject);
    target.write(chunk, (error) => {
      if (error) return;
      target.off("error", reject);
      resolve();
    });
  });
}
