import type { RequestObserver } from "../server-services.js";

/**
 * Returns the results of a subscription and counts it as open until they end or are no longer read. It is counted as closed
 * immediately then, although its source may notice only at the next change.
 */
export function countSubscription<Result>(
  results: AsyncIterable<Result>,
  observe: RequestObserver,
): AsyncGenerator<Result, void, void> {
  const source = results[Symbol.asyncIterator]();
  let isOpen = true;
  observe.subscription(1);
  const close = (): void => {
    if (isOpen) observe.subscription(-1);
    isOpen = false;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const next = await source.next();
        if (next.done === true) close();
        return next as IteratorResult<Result, void>;
      } catch (error) {
        close();
        throw error;
      }
    },
    async return() {
      close();
      await source.return?.();
      return { done: true, value: undefined };
    },
    throw(error) {
      close();
      return Promise.reject(error as Error);
    },
  };
}
