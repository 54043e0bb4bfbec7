/**
 * Returns the nearest number of an integer of 64 bits, as protobufjs returns it: a number, or a Long. Number() would convert a Long
 * through its decimal text, which takes longer than decoding it.
 */
export function numberOfLong(value: unknown): number {
  return typeof value === "number" ? value : (value as { toNumber(): number }).toNumber();
}
