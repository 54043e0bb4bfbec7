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

/**
 * Reads a list page by page.
 *
 * @param size the number of rows of a full page
 * @param read returns the page after a row, or the first page
 */
export async function* pages<Row>(
  size: number,
  read: (after: Row | undefined) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let after: Row | undefined;
  for (;;) {
    const rows = await read(after);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = rows.at(-1);
  }
}

/** Maps each row of each batch. */
export async function* mapRows<Row, Result>(
  batches: AsyncIterable<readonly Row[]>,
  map: (row: Row) => Result,
): AsyncGenerator<readonly Result[]> {
  for await (const batch of batches) yield batch.map(map);
}

/** Maps each row of each batch to several rows, of which at most ROWS_IN_MEMORY exist at a time. */
export async function* flatMapRows<Row, Result>(
  batches: AsyncIterable<readonly Row[]>,
  map: (row: Row) => Iterable<Result>,
): AsyncGenerator<readonly Result[]> {
  for await (const batch of batches) {
    for (const row of batch) {
      let mapped: Result[] = [];
      for (const result of map(row)) {
        mapped.push(result);
        if (mapped.length < ROWS_IN_MEMORY) continue;
        yield mapped;
        mapped = [];
      }
      if (mapped.length > 0) yield mapped;
    }
  }
}

const ROWS_IN_MEMORY = 2_000;

/** Returns rows that are in memory as one batch. */
// eslint-disable-next-line @typescript-eslint/require-await -- a table's rows are asynchronous; these are in memory
export async function* oneBatch<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}
