/** Runs `work` as soon as a slot is free, and returns its result. Rejects with the signal's reason if it is aborted before. */
type ConcurrencyLimit = <Result>(work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/**
 * Returns a function that runs at most `maximum` calls at once. The others wait in order. A call that is aborted while it waits
 * leaves the queue; a running call keeps its slot until its work has settled.
 */
export function limitConcurrency(maximum: number): ConcurrencyLimit {
  let running = 0;
  const waiting = new Set<() => void>();

  function acquire(signal: AbortSignal | undefined): Promise<void> {
    if (running < maximum) {
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

  function release(): void {
    const [first] = waiting;
    if (first === undefined) {
      running -= 1;
      return;
    }
    // The slot passes to the first waiting call, so `running` does not change.
    waiting.delete(first);
    first();
  }

  return async (work, signal) => {
    signal?.throwIfAborted();
    await acquire(signal);
    try {
      return await work();
    } finally {
      release();
    }
  };
}
