/** Largest integer of a column of the store. */
const MAX_STORED_INTEGER = 2 ** 31 - 1;

/** Returns a non-negative integer that a column of the store can have; null for any other number. */
export function storedInteger(value: number): number | null {
  return Number.isInteger(value) && value >= 0 && value <= MAX_STORED_INTEGER ? value : null;
}
