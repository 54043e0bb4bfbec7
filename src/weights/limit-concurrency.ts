/** Runs `work` when it is its turn, and gives back what it gives. */
export type Turns = <Result>(work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/** Lets at most `most` run at once; the others wait, first come first served. A waiting one leaves when it is aborted. */
export function openTurns(most: number): Turns {
  let running = 0;
  const waiting = new Set<() => void>();

  function ready(signal: AbortSignal | undefined): Promise<void> {
    if (running < most) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(start);
        reject(signal?.reason as Error);
      };
      const start = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      waiting.add(start);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  function next(): void {
    const [first] = waiting;
    // The turn passes on as it is: `running` stays.
    if (first === undefined) running -= 1;
    else {
      waiting.delete(first);
      first();
    }
  }

  return async (work, signal) => {
    signal?.throwIfAborted();
    await ready(signal);
    try {
      return await work();
    } finally {
      next();
    }
  };
}
