import type { Writable } from "node:stream";
import type { TransactionSql } from "postgres";
import { endCopy } from "../driver/end-copy.js";

/**
 * Streams `chunks` into `table` in the transaction `sql`: rows in COPY's text format, cut anywhere. Holds one chunk at a time.
 *
 * @throws PostgreSQL's error, which says only that the transaction is aborted if a row is rejected after the last one was sent;
 * errors of `chunks`
 */
export async function copyInto(
  sql: TransactionSql,
  table: string,
  columns: readonly string[],
  chunks: Iterable<string> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const target = await sql`copy ${sql(table)} (${sql(columns)}) from stdin`.writable();
  const rejections: Error[] = [];
  // PostgreSQL may reject a row while the next chunk is being read. Without a listener, that would end the process.
  target.on("error", (error) => rejections.push(error));
  try {
    for await (const chunk of chunks) {
      if (rejections.length > 0) break;
      await send(target, chunk);
    }
    const [rejection] = rejections;
    if (rejection !== undefined) throw rejection;
  } catch (error) {
    // Otherwise PostgreSQL waits for the rest, and the transaction's rollback waits behind it.
    if (!target.destroyed) target.once("error", () => undefined).destroy(error as Error);
    throw error;
  }
  await endCopy(sql, target);
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
