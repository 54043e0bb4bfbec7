/** Formats a number with a fixed number of digits after the point; `-` where it is unknown. */
export function fixed(value: number | null | undefined, digits: number): string {
  return value == null ? "-" : value.toFixed(digits);
}

/** Formats a number with six significant digits, which tell the metrics of similar runs apart; `-` where it is unknown. */
export function significant(value: number | null | undefined): string {
  return value == null ? "-" : String(Number(value.toPrecision(6)));
}

interface BoundedRank {
  readonly rank: number | null;
  readonly bound: string;
  readonly certainty: "POINT_ESTIMATE" | "INTERVAL" | null;
}

/**
 * Formats a minimum viable rank: `8`, `<=8` where no tested rank fails, `8 (single runs)` for a point estimate, or `-` where none
 * is acceptable.
 */
export function boundedRank({ rank, bound, certainty }: BoundedRank): string {
  if (rank === null) return "-";
  const note = certainty === "POINT_ESTIMATE" ? " (single runs)" : "";
  return `${bound === "AT_MOST" ? "<=" : ""}${rank}${note}`;
}

/** Formats a number with thousands separators. */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}
