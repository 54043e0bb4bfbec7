import type { WeightStore } from "../model/weight-store.js";
import { openDirectoryStore } from "./directory-store.js";
import { openOriginals } from "./original-files.js";
import type { WeightStoreSettings } from "./settings.js";

/**
 * Opens the weight store of `settings`. Nothing is read, written or connected to before it is used. Stores share nothing: each
 * process and each worker thread opens, and closes, its own.
 */
export async function openWeightStore(settings: WeightStoreSettings): Promise<WeightStore> {
  return withPendingCalls(await openStore(settings));
}

async function openStore(settings: WeightStoreSettings): Promise<WeightStore> {
  switch (settings.kind) {
    case "in-place":
      return openInPlaceStore();
    case "directory":
      return openDirectoryStore(settings.directory);
    case "s3": {
      // The AWS SDK takes a third of a second to load, so it is loaded only if it is used.
      const { openS3Store } = await import("./s3-store.js");
      return openS3Store(settings);
    }
  }
}

/** Reads weights where they were imported from, and keeps no copies. */
function openInPlaceStore(): WeightStore {
  const files = openOriginals();
  return {
    read: (file, offset, length, signal) => files.read(file.path, file, { offset, length, signal }),
    keep: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    close: () => files.close(),
  };
}

/** Makes `close` wait for pending calls, and refuses later calls. */
function withPendingCalls(store: WeightStore): WeightStore {
  const pending = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    if (closing !== undefined) throw new Error("the weight store is closed");
    const result = work();
    const settled: Promise<unknown> = result.catch(() => undefined).finally(() => pending.delete(settled));
    pending.add(settled);
    return result;
  }

  return {
    read: (file, offset, length, signal) => call(() => store.read(file, offset, length, signal)),
    keep: (file) => call(() => store.keep(file)),
    remove: (file) => call(() => store.remove(file)),
    close: () => (closing ??= Promise.all(pending).then(() => store.close())),
  };
}
