/**
 * Returns at most `max` of the indices 0 to `length` - 1, ascending and evenly spaced. The first and the last index are
 * always included.
 *
 * @param max 2 or more
 */
export function evenlySpacedIndices(length: number, max: number): number[] {
  if (length <= max) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: max }, (_, i) => Math.round((i * (length - 1)) / (max - 1)));
}
