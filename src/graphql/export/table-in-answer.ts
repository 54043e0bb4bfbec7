import { failure } from "../../errors.js";
import type { TableFormat } from "../../model/enums/export.js";
import type { Cell, Table } from "../../export/table.js";
import { tableChunks } from "../../export/write-table.js";

/** Of a table in an answer, which is held in memory whole; a download has no limit. */
const MAX_ROWS = 10_000;

/**
 * A table as a text for an answer: CSV as it is, Parquet in base64.
 *
 * @param path where the table can be downloaded
 * @throws ARGUMENT_INVALID where it has more rows than an answer may, naming the download
 */
export async function tableInAnswer(
  { columns, rows }: Table,
  format: TableFormat,
  path: string,
): Promise<{ content: string; rowCount: number }> {
  let rowCount = 0;
  async function* counted(): AsyncGenerator<readonly (readonly Cell[])[]> {
    for await (const batch of rows) {
      rowCount += batch.length;
      if (rowCount > MAX_ROWS) {
        throw failure("ARGUMENT_INVALID", {
          where: "table",
          received: `a table of more than ${MAX_ROWS} rows`,
          allowed: `up to ${MAX_ROWS} in an answer`,
          todo: `Download it from ${path}.`,
        });
      }
      yield batch;
    }
  }
  const chunks: Buffer[] = [];
  for await (const chunk of tableChunks({ columns, rows: counted() }, format)) chunks.push(Buffer.from(chunk));
  return { content: Buffer.concat(chunks).toString(format === "CSV" ? "utf8" : "base64"), rowCount };
}
