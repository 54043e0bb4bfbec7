import type { WeightStore } from "../model/weight-store.js";

/** Makes `store` wait, when it is closed, for what was asked of it before, and refuse what is asked of it after. */
export function withCallsUnderWay(store: WeightStore): WeightStore {
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    if (closing !== undefined) throw new Error("the weight store is closed");
    const result = work();
    const settled: Promise<unknown> = result.catch(() => undefined).finally(() => underWay.delete(settled));
    underWay.add(settled);
    return result;
  }

  return {
    read: (file, offset, length, signal) => call(() => store.read(file, offset, length, signal)),
    keep: (file) => call(() => store.keep(file)),
    close: () => (closing ??= Promise.all(underWay).then(() => store.close())),
  };
}
