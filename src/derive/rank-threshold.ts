import type { Degradation } from "./degradation.js";

/** AT_MOST: the least tested rank holds, so the cliff was not seen. EXACT: a tested rank below fails. NONE: no rank holds. */
export type RankBound = "AT_MOST" | "EXACT" | "NONE";

/** The least rank that keeps quality, r*. */
export interface RankThreshold {
  /** The least tested rank from which every larger tested rank is acceptable; null with bound NONE. */
  readonly rank: number | null;
  readonly bound: RankBound;
  /** The notebook's rule: the least rank that is acceptable, whatever larger ranks do. */
  readonly leastAcceptableRank: number | null;
  /** Ranks whose degradation is defined, ascending. */
  readonly testedRanks: readonly number[];
  readonly reason: string;
}

/** Finds r* among `ranks`, which must ascend; ranks of undefined degradation count as untested. */
export function rankThreshold(ranks: readonly { rank: number; degradation: Degradation }[]): RankThreshold {
  const tested = ranks.filter(({ degradation }) => degradation.acceptable !== null);
  const testedRanks = tested.map(({ rank }) => rank);
  const leastAcceptableRank = tested.find(({ degradation }) => degradation.acceptable)?.rank ?? null;
  const lastFailing = tested.findLast(({ degradation }) => !degradation.acceptable);
  const first = tested.find(({ rank }) => lastFailing === undefined || rank > lastFailing.rank);
  const shared = { leastAcceptableRank, testedRanks };

  if (tested.length === 0) {
    return {
      rank: null,
      bound: "NONE",
      ...shared,
      reason: "no rank has both a baseline and a candidate with this metric",
    };
  }
  if (first === undefined) {
    return {
      rank: null,
      bound: "NONE",
      ...shared,
      reason: `the largest tested rank, ${testedRanks.at(-1)}, is not acceptable`,
    };
  }
  if (lastFailing === undefined) {
    return {
      rank: first.rank,
      bound: "AT_MOST",
      ...shared,
      reason: `every tested rank is acceptable, down to the least, ${first.rank}: a smaller one may be too`,
    };
  }
  return {
    rank: first.rank,
    bound: "EXACT",
    ...shared,
    reason: `rank ${lastFailing.rank} is not acceptable and every tested rank above it is`,
  };
}
