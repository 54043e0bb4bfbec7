import { setImmediate as nextTurn } from "node:timers/promises";

/** Number of items that are processed within one turn of the event loop: a few milliseconds of simple work. */
export const ITEMS_PER_TURN = 5_000;

/**
 * Lets the event loop serve other requests before work on many items. Work on up to ITEMS_PER_TURN items needs no wait, so
 * that the batches of loaders stay as they are for studies of ordinary size.
 */
export async function yieldToRequests(items: number): Promise<void> {
  if (items > ITEMS_PER_TURN) await nextTurn();
}

/** Number of items that all requests together have begun to process in this turn of the event loop. */
let itemsInTurn = 0;

/**
 * Waits for a turn of the event loop in which `items` items may be processed. All work of one turn is on at most ITEMS_PER_TURN
 * items, whatever the number of fields and requests that it is for, unless a single one is larger. Call it after all reads of a
 * field: loaders would send what fields of different turns read in several statements.
 */
export async function takeTurn(items: number): Promise<void> {
  await yieldToRequests(items);
  // Several calls may wait for the same turn. The first one begins, and the others see its items and wait again.
  while (itemsInTurn > 0 && itemsInTurn + items > ITEMS_PER_TURN) await nextTurn();
  if (itemsInTurn === 0) {
    setImmediate(() => {
      itemsInTurn = 0;
    });
  }
  itemsInTurn += items;
}

/**
 * Returns `convert` of each item. It lets the event loop serve other requests after every `itemsPerTurn` items, which is less
 * than ITEMS_PER_TURN where one item is more than simple work.
 */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  convert: (item: Item, i: number) => Result,
  itemsPerTurn = ITEMS_PER_TURN,
): Promise<Result[]> {
  if (items.length <= itemsPerTurn) return items.map(convert);
  const results: Result[] = [];
  for (const item of items) {
    if (results.length % itemsPerTurn === 0) await nextTurn();
    results.push(convert(item, results.length));
  }
  return results;
}

/**
 * Returns the items of all batches in batches of at most `size`. It lets the event loop serve other requests after each batch,
 * which the iteration of a generator alone does not.
 */
export async function* batchesInTurns<Item>(
  batches: AsyncIterable<readonly Item[]>,
  size: number,
): AsyncGenerator<readonly Item[]> {
  for await (const batch of batches) {
    for (let start = 0; start < batch.length; start += size) {
      yield batch.length <= size ? batch : batch.slice(start, start + size);
      await nextTurn();
    }
  }
}
