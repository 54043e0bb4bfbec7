/** What a cell holds; null is empty. */
export type Cell = string | number | boolean | Date | null;

export interface Column {
  readonly name: string;
  /** `integer` is a number without a fraction. */
  readonly type: "text" | "integer" | "number" | "boolean" | "time";
}

/** A table whose rows come as they are read; cells are in the order of the columns. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: AsyncIterable<readonly (readonly Cell[])[]>;
}
