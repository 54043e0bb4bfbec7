import { setImmediate as nextTurn } from "node:timers/promises";

/** Number of items that are processed within one turn of the event loop: a few milliseconds of simple work. */
export const ITEMS_PER_TURN = 5_000;

/** Work that waits for a turn. */
interface WaitingWork {
  readonly items: number;
  begin(): void;
}

/** The waiting work of one owner, from position `next` on. */
interface WaitingQueue {
  readonly work: WaitingWork[];
  next: number;
}

/** Number of items that all requests together have begun to process in this turn of the event loop. */
let itemsInTurn = 0;
let isTurnScheduled = false;
/** The waiting work of each owner. The owner that comes first begins next, and then comes last. */
const waitingByOwner = new Map<object, WaitingQueue>();
/** The owner of work without one. */
const NO_OWNER = {};

/**
 * Waits for a turn of the event loop in which `items` items may be processed. All work of one turn is on at most ITEMS_PER_TURN
 * items, whatever the number of fields and requests that it is for, unless a single one is larger. Owners take turns, so that
 * the work of a small request does not wait for all of a large one. Call it after all reads of a field: loaders would send
 * what fields of different turns read in several statements.
 *
 * @param owner the request that the work is for
 */
export async function takeTurn(items: number, owner: object = NO_OWNER): Promise<void> {
  if (beginInTurn(items)) return;
  await new Promise<void>((resolve) => {
    const work = { items, begin: resolve };
    const queue = waitingByOwner.get(owner);
    if (queue === undefined) waitingByOwner.set(owner, { work: [work], next: 0 });
    else queue.work.push(work);
    scheduleTurn();
  });
}

/** Begins work in this turn if there is room for it and nothing waits. Returns false if it must wait for another turn. */
export function beginInTurn(items: number): boolean {
  if (waitingByOwner.size > 0 || itemsInTurn + items > ITEMS_PER_TURN) return false;
  itemsInTurn += items;
  scheduleTurn();
  return true;
}

/** Returns whether work of `owner`, or work without an owner, waits for a turn. */
export function hasWaitingWork(owner: object = NO_OWNER): boolean {
  return waitingByOwner.has(owner) || waitingByOwner.has(NO_OWNER);
}

function scheduleTurn(): void {
  if (isTurnScheduled) return;
  isTurnScheduled = true;
  setImmediate(startTurn);
}

function startTurn(): void {
  isTurnScheduled = false;
  itemsInTurn = 0;
  for (const [owner, queue] of waitingByOwner) {
    const next = queue.work[queue.next];
    if (next === undefined || (itemsInTurn > 0 && itemsInTurn + next.items > ITEMS_PER_TURN)) break;
    itemsInTurn += next.items;
    queue.next += 1;
    waitingByOwner.delete(owner);
    // The iteration includes what is added meanwhile, so that the owner comes again after all others.
    if (queue.next < queue.work.length) waitingByOwner.set(owner, queue);
    next.begin();
  }
  if (itemsInTurn > 0) scheduleTurn();
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
    // Several lists are converted at the same time, and share the turns.
    if (results.length % itemsPerTurn === 0) await takeTurn(ITEMS_PER_TURN);
    results.push(convert(item, results.length));
  }
  return results;
}

/** Takes all steps of a derivation, each in a turn that has room for its items. @param owner see takeTurn */
export async function stepsInTurns<Result>(
  steps: Generator<number, Result, undefined>,
  owner?: object,
): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await takeTurn(value, owner);
  }
}

/**
 * Returns the items of all batches in batches of at most `size`. It lets the event loop serve other requests after each batch,
 * which the iteration of a generator alone does not.
 */
export async function* batchesInTurns<Item>(
  batches: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  size: number,
): AsyncGenerator<readonly Item[]> {
  for await (const batch of batches) {
    for (let start = 0; start < batch.length; start += size) {
      yield batch.length <= size ? batch : batch.slice(start, start + size);
      await nextTurn();
    }
  }
}
