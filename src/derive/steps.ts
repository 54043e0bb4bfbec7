/**
 * A derivation in steps. Before each step it yields the number of items that the step processes, so that a caller that serves
 * requests can serve others between two steps.
 */
export type Steps<Result> = Generator<number, Result, undefined>;

/** Takes all steps at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Returns whether a derivation is in steps. */
export function isSteps<Result>(value: Result | Steps<Result>): value is Steps<Result> {
  return typeof value === "object" && value !== null && Symbol.iterator in value && "next" in value;
}

/** Maximum number of items of one step. */
export const ITEMS_PER_STEP = 2_000;

/**
 * Calls `process` with each item, in steps.
 *
 * @param weight items of simple work that one item is
 */
export function* eachInSteps<Item>(
  items: readonly Item[] | ReadonlySet<Item>,
  process: (item: Item) => void,
  weight = 1,
): Steps<void> {
  const itemsPerStep = Math.max(1, Math.floor(ITEMS_PER_STEP / weight));
  let waiting = "size" in items ? items.size : items.length;
  let left = 0;
  for (const item of items) {
    if (left === 0) {
      left = Math.min(itemsPerStep, waiting);
      waiting -= left;
      yield weight * left;
    }
    left -= 1;
    process(item);
  }
}
