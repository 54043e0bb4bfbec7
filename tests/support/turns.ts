/** Counts the turns of the event loop while `work` runs: other requests are served in each. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let next = setImmediate(count);
  function count(): void {
    turns += 1;
    next = setImmediate(count);
  }
  await work();
  clearImmediate(next);
  return turns;
}

/** Counts the items that are processed in each turn of the event loop. The end of one turn and the start of the next may count as one. */
export class TurnCounter {
  #inTurn = 0;
  #most = 0;

  /** Counts items of the present turn. */
  add(items = 1): void {
    if (this.#inTurn === 0) setImmediate(() => (this.#inTurn = 0));
    this.#inTurn += items;
    this.#most = Math.max(this.#most, this.#inTurn);
  }

  /** Maximum number of items of one turn so far. */
  get most(): number {
    return this.#most;
  }
}
