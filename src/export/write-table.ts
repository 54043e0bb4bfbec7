import type { TableFormat } from "../model/enums/export.js";
import { csvChunks } from "./csv.js";
import { parquetChunks } from "./parquet.js";
import type { Table } from "./table.js";

/** Returns the table in `format`, in chunks. */
export function tableChunks(table: Table, format: TableFormat): AsyncIterable<string | Uint8Array> {
  return format === "CSV" ? csvChunks(table) : parquetChunks(table);
}

export const MEDIA_TYPES = {
  CSV: "text/csv; charset=utf-8; header=present",
  PARQUET: "application/vnd.apache.parquet",
} as const satisfies Record<TableFormat, string>;
