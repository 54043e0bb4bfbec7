import type { Degradation } from "./degradation.js";

/**
 * AT_MOST: no tested rank below is known to fail, so the cliff was not seen. EXACT: the tested rank below fails. NONE: no
 * rank is known to hold.
 */
export type RankBound = "AT_MOST" | "EXACT" | "NONE";

/** The least rank that keeps quality, r*. */
export interface RankThreshold {
  /**
   * The least tested rank from which every larger tested rank is acceptable; null with bound NONE. A rank whose interval
   * straddles the threshold is neither acceptable nor not, and r* lies above it.
   */
  readonly rank: number | null;
  readonly bound: RankBound;
  /** The notebook's rule: the least rank whose percent is acceptable, whatever its interval says and larger ranks do. */
  readonly leastAcceptableRank: number | null;
  /** Ranks whose degradation is defined, ascending. */
  readonly testedRanks: readonly number[];
  /** Ranks whose interval straddles the threshold, ascending. */
  readonly inconclusiveRanks: readonly number[];
  /** What r* could be, were every inconclusive rank acceptable, or none. */
  readonly range: RankRange;
  readonly reason: string;
}

/** Tested ranks between which r* lies; null is none of the tested ones. */
export interface RankRange {
  readonly least: number | null;
  readonly greatest: number | null;
}

type Tested = { readonly rank: number; readonly degradation: Degradation };

/** Finds r* among `ranks`, which must ascend; ranks of undefined degradation count as untested. */
export function rankThreshold(ranks: readonly Tested[]): RankThreshold {
  const tested = ranks.filter(({ degradation }) => degradation.acceptable !== null);
  const isInconclusive = ({ degradation }: Tested) => degradation.verdict === "INCONCLUSIVE";
  const isAcceptable = ({ degradation }: Tested) => degradation.verdict === "ACCEPTABLE";
  const inconclusiveRanks = tested.filter(isInconclusive).map(({ rank }) => rank);
  const rank = leastFrom(tested, isAcceptable);
  const below = rank === null ? tested.at(-1) : tested.findLast((entry) => entry.rank < rank);
  const shared = {
    leastAcceptableRank: tested.find(({ degradation }) => degradation.acceptable)?.rank ?? null,
    testedRanks: tested.map((entry) => entry.rank),
    inconclusiveRanks,
    range: { least: leastFrom(tested, (entry) => isAcceptable(entry) || isInconclusive(entry)), greatest: rank },
  };
  if (below === undefined) {
    if (rank === null) {
      const reason = "no rank has both a baseline and a candidate with this metric";
      return { rank, bound: "NONE", ...shared, reason };
    }
    const reason = `every tested rank is acceptable, down to the least, ${rank}: a smaller one may be too`;
    return { rank, bound: "AT_MOST", ...shared, reason };
  }
  const what = isInconclusive(below) ? "is inconclusive: its interval straddles the threshold" : "is not acceptable";
  if (rank === null) {
    return { rank, bound: "NONE", ...shared, reason: `the largest tested rank, ${below.rank}, ${what}` };
  }
  const reason = `rank ${below.rank} ${what} and every tested rank above it is`;
  return isInconclusive(below)
    ? { rank, bound: "AT_MOST", ...shared, reason: `${reason} acceptable` }
    : { rank, bound: "EXACT", ...shared, reason };
}

/** The notebook's r*: the least rank whose percent is acceptable. */
export function notebookRankThreshold(ranks: readonly Tested[]): RankThreshold {
  const found = rankThreshold(ranks);
  const { leastAcceptableRank: rank, testedRanks } = found;
  return {
    ...found,
    rank,
    bound: rank === null ? "NONE" : rank === testedRanks[0] ? "AT_MOST" : "EXACT",
    reason:
      rank === null
        ? "by the notebook's rule: no ranks meet the threshold"
        : `by the notebook's rule: r* = ${rank}, the least rank that is acceptable, whatever larger ranks do`,
  };
}

/** The least rank from which `holds` is true of every entry. */
function leastFrom(tested: readonly Tested[], holds: (entry: Tested) => boolean): number | null {
  const lastFailing = tested.findLastIndex((entry) => !holds(entry));
  return tested[lastFailing + 1]?.rank ?? null;
}
