/** Formats a minimum viable rank: `8`, `<=8` where no tested rank fails, or `-` where none is acceptable. */
export function boundedRank({ rank, bound }: { readonly rank: number | null; readonly bound: string }): string {
  if (rank === null) return "-";
  return bound === "AT_MOST" ? `<=${rank}` : String(rank);
}
