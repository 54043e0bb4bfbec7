import type { WeightFile } from "../model/weight-store.js";

/** Which bytes of a file are wanted, and until when. */
export interface ReadRange {
  readonly offset: number;
  readonly length: number;
  readonly signal?: AbortSignal | undefined;
}

/** @throws RangeError for a range that is not within `file`: who asks for it has the wrong file or the wrong tensor */
export function checkRange(file: WeightFile, { offset, length }: ReadRange): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (whole && offset >= 0 && length >= 0 && offset + length <= file.size) return;
  throw new RangeError(`no range of ${file.path}: ${length} bytes from byte ${offset} on; it has ${file.size} bytes`);
}
