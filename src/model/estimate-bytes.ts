/** Number of items of a list that are measured; the others count as their mean. */
const MEASURED_ITEMS = 16;

const POINTER = 8;
/** Header of an object with its lists of properties and elements, or of a list with its elements. */
const HEADER = 32;
/** Header and padding of a text, or a boxed number. */
const LEAF = 16;

/** Estimates the memory of a value with all that it refers to, in bytes. Measures a sample of each long list. */
export function estimateBytes(value: unknown): number {
  if (typeof value === "string") return LEAF + value.length;
  if (typeof value === "number") return LEAF;
  if (typeof value !== "object" || value === null) return 0;
  if (ArrayBuffer.isView(value)) return HEADER + value.byteLength;
  if (Array.isArray(value)) return HEADER + POINTER * value.length + bytesOfItems(value);
  if (value instanceof Date) return HEADER + LEAF;
  const properties: unknown[] = Object.values(value);
  return properties.reduce<number>((sum, property) => sum + POINTER + estimateBytes(property), HEADER);
}

function bytesOfItems(list: readonly unknown[]): number {
  if (typeof list[0] === "number") return 0; // Lists of numbers hold them without boxes.
  const step = Math.max(1, Math.floor(list.length / MEASURED_ITEMS));
  let measured = 0;
  let bytes = 0;
  for (let i = 0; i < list.length; i += step) {
    measured += 1;
    bytes += estimateBytes(list[i]);
  }
  return measured === 0 ? 0 : (bytes / measured) * list.length;
}
