/** Rows of a table on their way to one row per run. */
export interface Grid {
  readonly rows: readonly GridRow[];
  /** The table's file, relative to the study's folder. */
  readonly where: string;
  /** Sides whose figures stood in columns of one row: `lora`, `qlora`. */
  readonly sides: readonly string[];
  /** Notes on values that were reshaped, left out or assumed. A note with `assumed` becomes a warning. */
  readonly notes: readonly string[];
}

export interface GridRow {
  /** Name of the row: a key of an object, or a cell of a column without a heading. Null if it has none. */
  readonly key: string | null;
  /** Cells by column name in snake case. */
  readonly cells: ReadonlyMap<string, unknown>;
}

/** A way in which people lay out tables. Add new ones to the list in table-layouts.ts. */
export interface TableLayout {
  readonly name: string;
  /** Returns the table with one row per run, or closer to it; undefined for a table of another layout. */
  reshape(grid: Grid): Grid | undefined;
}

/** Returns the names of all columns, in their order. */
export function columnsOf(rows: readonly GridRow[]): string[] {
  const names = new Set<string>();
  for (const { cells } of rows) for (const name of cells.keys()) names.add(name);
  return [...names];
}

/** Returns the texts of a column, without its empty cells; undefined if one of its cells is another value. */
export function textsOf(rows: readonly GridRow[], column: string): string[] | undefined {
  const texts: string[] = [];
  for (const { cells } of rows) {
    const cell = cells.get(column);
    if (cell === null || cell === undefined || cell === "") continue;
    if (typeof cell !== "string") return undefined;
    texts.push(cell.trim());
  }
  return texts.length > 0 ? texts : undefined;
}
