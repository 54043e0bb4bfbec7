import type { TableFormat } from "../model/enums/export.js";
import { batchesInTurns } from "../store/in-turns.js";
import { csvChunks } from "./csv.js";
import { parquetChunks } from "./parquet.js";
import type { Table } from "./table.js";

/** Maximum number of cells that are formatted in one turn of the event loop: a few milliseconds. */
export const MAX_CELLS_PER_TURN = 20_000;

/** Returns the table in `format`, in chunks. Other requests are served between chunks. */
export function tableChunks({ columns, rows }: Table, format: TableFormat): AsyncIterable<string | Uint8Array> {
  const rowsPerTurn = Math.max(1, Math.floor(MAX_CELLS_PER_TURN / columns.length));
  const table = { columns, rows: batchesInTurns(rows, rowsPerTurn) };
  return format === "CSV" ? csvChunks(table) : parquetChunks(table);
}

export const MEDIA_TYPES = {
  CSV: "text/csv; charset=utf-8; header=present",
  PARQUET: "application/vnd.apache.parquet",
} as const satisfies Record<TableFormat, string>;
