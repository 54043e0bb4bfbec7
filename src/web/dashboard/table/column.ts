import type { ReactNode } from "react";
import type { CsvCell } from "../parts/csv-link.js";

/** A column of a table. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** Minimum width in pixels. A wide table distributes the remaining width in proportion. */
  readonly width: number;
  readonly align?: "end";
  /** The sort key. A column with a sort key has a button in its header. */
  readonly sort?: string;
  readonly cell: (row: Row) => ReactNode;
  /** The value of the cell in a CSV file. Columns without it are not in the file. */
  readonly csv?: (row: Row) => CsvCell;
}

/** The order of the rows: the `sort` key of a column, and the direction. */
export interface Sorting {
  readonly by: string;
  readonly direction: "ASC" | "DESC";
}

/** Returns the rows of a CSV file. The first row is the header. */
export function csvRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): (readonly CsvCell[])[] {
  const exported = columns.filter(({ csv }) => csv !== undefined);
  return [exported.map(({ key }) => key), ...rows.map((row) => exported.map(({ csv }) => csv?.(row) ?? null))];
}

/** Returns a sorted copy of the rows. Digits within text compare as numbers (`layer 2` before `layer 10`). Nulls come last. */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: ((row: Row) => CsvCell) | undefined,
  direction: "ASC" | "DESC",
): readonly Row[] {
  if (valueOf === undefined) return rows;
  const sign = direction === "ASC" ? 1 : -1;
  return [...rows].sort((left, right) => {
    const a = valueOf(left);
    const b = valueOf(right);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}
