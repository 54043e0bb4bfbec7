import { openOriginals } from "./originals.js";
import type { WeightStore } from "../model/weight-store.js";

/** Reads weights where they were imported from, and keeps no copies. */
export function openInPlaceStore(): WeightStore {
  const files = openOriginals();
  return {
    read: (file, offset, length, signal) => files.read(file.path, file, { offset, length, signal }),
    keep: () => Promise.resolve(),
    close: () => files.close(),
  };
}
