/** Returns a JSON list of 32-bit integers, such as token ids; undefined for any other value. */
export function integerList(value: unknown): readonly number[] | undefined {
  const isInteger = (entry: unknown): entry is number => Number.isInteger(entry) && Math.abs(Number(entry)) < 2 ** 31;
  return Array.isArray(value) && value.every(isInteger) ? value : undefined;
}
