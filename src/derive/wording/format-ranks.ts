/** Returns ranks for use in a sentence: `r = 2, 4`. */
export function formatRanks(ranks: readonly number[]): string {
  return `r = ${ranks.join(", ")}`;
}
