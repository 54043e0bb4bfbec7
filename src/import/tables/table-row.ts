/** One row: its cells by column, and its key if the rows are members of an object. */
export interface TableRow {
  readonly key: string | null;
  readonly cells: ReadonlyMap<string, unknown>;
}
