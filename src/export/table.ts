/** The value of a cell; null is an empty cell. */
export type Cell = string | number | boolean | Date | null;

export interface Column {
  readonly name: string;
  /** The values of an `integer` column are integers. */
  readonly type: "text" | "integer" | "number" | "boolean" | "time";
}

/** A table whose rows are read in batches while they are consumed. The cells of a row are in the order of the columns. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: AsyncIterable<readonly (readonly Cell[])[]>;
}
