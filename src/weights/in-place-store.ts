import { openLocalFiles } from "./local-files.js";
import type { WeightStore } from "./weight-store.js";

/** Reads weights where they were imported from, and keeps no copies. */
export function openInPlaceStore(): WeightStore {
  const files = openLocalFiles();
  return {
    read: (file, offset, length, signal) => files.read(file.path, file, { offset, length, signal }),
    keep: () => Promise.resolve(),
    close: () => files.close(),
  };
}
