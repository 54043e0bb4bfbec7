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

/** Returns `convert` of each item. It lets the event loop serve other requests after every ITEMS_PER_TURN items. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  convert: (item: Item) => Result,
): Promise<Result[]> {
  if (items.length <= ITEMS_PER_TURN) return items.map(convert);
  const results: Result[] = [];
  for (const item of items) {
    if (results.length % ITEMS_PER_TURN === 0) await nextTurn();
    results.push(convert(item));
  }
  return results;
}
