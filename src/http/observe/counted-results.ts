import type { RequestObserver } from "./request-observer.js";

/**
 * The results of a subscription, which counts as open until they end or nobody takes them any more: at once then, though
 * their source may first notice at its next change.
 */
export function countedResults<Result>(
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
  const end = { done: true, value: undefined } as const;
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
      return end;
    },
    throw(error) {
      close();
      return Promise.reject(error as Error);
    },
  };
}
