import { failure } from "../errors.js";
import type { WeightFile } from "../model/weight-store.js";

/**
 * Returns the path of a file in a store, relative to its root, with slashes: `ab/abcdef...`. Directories and buckets use the
 * same keys, so that one can be copied to the other.
 *
 * @param hash SHA-256, hexadecimal
 * @throws RangeError for anything else, which could lead out of the store
 */
export function contentKey(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw new RangeError(`not a SHA-256 in lower-case hexadecimal: ${JSON.stringify(hash)}`);
  }
  return `${hash.slice(0, 2)}/${hash}`;
}

/** @throws WEIGHTS_CHANGED if the content that was read of `file` is not the imported content */
export function checkContent(file: WeightFile, read: { readonly hash: string; readonly size: number }): void {
  if (read.size === file.size && read.hash === file.hash) return;
  throw failure("WEIGHTS_CHANGED", {
    where: file.path,
    received: `${read.size} bytes of SHA-256 ${read.hash}`,
    allowed: `the ${file.size} bytes of SHA-256 ${file.hash} imported`,
  });
}

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
