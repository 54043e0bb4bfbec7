import type { WeightFile } from "../model/weight-store.js";

/** The requested bytes of a file, and the signal that cancels the read. */
export interface ReadRange {
  readonly offset: number;
  readonly length: number;
  readonly signal?: AbortSignal | undefined;
}

/** @throws RangeError for a range outside of `file`, which means that the caller has the wrong file or tensor */
export function checkRange(file: WeightFile, { offset, length }: ReadRange): void {
  const areIntegers = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (areIntegers && offset >= 0 && length >= 0 && offset + length <= file.size) return;
  throw new RangeError(
    `invalid range of ${file.path}: ${length} bytes from byte ${offset}; the file has ${file.size} bytes`,
  );
}
