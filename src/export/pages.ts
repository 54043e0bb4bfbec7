/** Reads a list page by page: `read` gives the page after a row, or the first, of up to `size` rows. */
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

/** The pages with their rows turned into others. */
export async function* mapped<Row, Result>(
  batches: AsyncIterable<readonly Row[]>,
  each: (row: Row) => Result,
): AsyncGenerator<readonly Result[]> {
  for await (const batch of batches) yield batch.map(each);
}
