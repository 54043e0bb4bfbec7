type Certainty = "POINT_ESTIMATE" | "INTERVAL" | null;

/** Returns a verdict with a note if it rests on single values: `ACCEPTABLE (point estimate)`. */
export function verdictText(verdict: string, certainty: Certainty): string {
  return certainty === "POINT_ESTIMATE" ? `${verdict} (point estimate)` : verdict;
}

interface MinimumViableRank {
  readonly rank: number | null;
  readonly bound: string;
  readonly certainty: Certainty;
  readonly leastAcceptableRank: number | null;
  readonly reason: string;
}

/** Returns r* with its bound and the reason: `Minimum viable rank: 8 (EXACT), a point estimate. r* = 8. ...` */
export function minimumRankText({ rank, bound, certainty, leastAcceptableRank, reason }: MinimumViableRank): string {
  const note = certainty === "POINT_ESTIMATE" ? ", a point estimate" : "";
  return (
    `Minimum viable rank: ${rank ?? "none"} (${bound})${note}. ${reason} ` +
    `Smallest acceptable rank: ${leastAcceptableRank ?? "none"}.`
  );
}
