/** Which of `length` points to keep so that at most `most` remain: evenly spaced, the first and the last among them. */
export function evenlySpacedIndices(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / (most - 1)));
}
