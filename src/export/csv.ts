import { csvLine } from "./csv-line.js";
import type { Table } from "./table.js";

/** The table as CSV (RFC 4180: CRLF, quotes doubled), with a header, a batch of rows at a time; null is empty. */
export async function* csvChunks({ columns, rows }: Table): AsyncGenerator<string> {
  yield csvLine(columns.map(({ name }) => name));
  for await (const batch of rows) {
    if (batch.length > 0) yield batch.map((row) => csvLine(row)).join("");
  }
}
