import type { ReactNode } from "react";
import type { Cell } from "../parts/save-file.js";

/** A column of a table. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** Pixels; what is left of a wide table goes to all columns in proportion. */
  readonly width: number;
  readonly align?: "end";
  /** What the list is ordered by when the column's header is pressed; no button without it. */
  readonly sort?: string;
  readonly cell: (row: Row) => ReactNode;
  /** The cell in a CSV made here. */
  readonly csv?: (row: Row) => Cell;
}

/** By which column's `sort` the rows come, and in which direction. */
export interface Sorting {
  readonly by: string;
  readonly direction: "ASC" | "DESC";
}

/** The table of `rows` with a header, as a CSV has it. */
export function csvRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): (readonly Cell[])[] {
  const kept = columns.filter(({ csv }) => csv !== undefined);
  return [kept.map(({ key }) => key), ...rows.map((row) => kept.map(({ csv }) => csv?.(row) ?? null))];
}
