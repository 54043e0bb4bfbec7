/**
 * Where a file of SHA-256 `hash` lies in a store, relative to its root, with slashes: `ab/abcdef...`. Directories and
 * buckets use the same keys, so that one can be copied to the other.
 *
 * @throws RangeError for what is no hash, lest it lead out of the store
 */
export function contentKey(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw new RangeError(`not a SHA-256 in lower-case hexadecimal: ${JSON.stringify(hash)}`);
  }
  return `${hash.slice(0, 2)}/${hash}`;
}
