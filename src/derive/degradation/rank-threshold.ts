import type { RankBound } from "../../model/enums/verdict.js";
import type { RankDegradation } from "./degradation.js";

/** r*, the minimum rank that preserves quality. */
export interface RankThreshold {
  /**
   * The smallest tested rank from which every larger tested rank is acceptable. Null with bound NONE. A rank whose interval
   * contains the threshold counts as not acceptable.
   */
  readonly rank: number | null;
  readonly bound: RankBound;
  /** The notebook's rule: the smallest rank with an acceptable percent, regardless of its interval and of larger ranks. */
  readonly leastAcceptableRank: number | null;
  /** Ranks that were judged: with a defined degradation, or with diverged runs only. Ascending. */
  readonly testedRanks: readonly number[];
  /** Ranks that are not decided: their interval contains the threshold, or some of their runs diverged. Ascending. */
  readonly inconclusiveRanks: readonly number[];
  /** r* if every inconclusive rank were acceptable, and if none were. */
  readonly range: RankRange;
  readonly reason: string;
}

/** The tested ranks between which r* lies. Null is above all tested ranks. */
export interface RankRange {
  readonly least: number | null;
  readonly greatest: number | null;
}

/**
 * Returns r* from the degradation at each rank. Ranks with an undefined degradation count as untested.
 *
 * @param ranks ascending
 */
export function rankThreshold(ranks: readonly RankDegradation[]): RankThreshold {
  const tested = ranks.filter(({ degradation }) => degradation.acceptable !== null);
  const rank = minimumRank(tested, isAcceptable);
  const limiting = rank === null ? tested.at(-1) : tested.findLast((entry) => entry.rank < rank);
  const { bound, reason } = boundOf(rank, limiting);
  return {
    rank,
    bound,
    leastAcceptableRank: tested.find(({ degradation }) => degradation.acceptable)?.rank ?? null,
    testedRanks: tested.map((entry) => entry.rank),
    inconclusiveRanks: tested.filter(isInconclusive).map((entry) => entry.rank),
    range: {
      least: minimumRank(tested, (entry) => isAcceptable(entry) || isInconclusive(entry)),
      greatest: rank,
    },
    reason,
  };
}

/** Returns r* by the notebook's rule: the smallest rank with an acceptable percent. */
export function notebookRankThreshold(ranks: readonly RankDegradation[]): RankThreshold {
  const threshold = rankThreshold(ranks);
  const rank = threshold.leastAcceptableRank;
  if (rank === null) {
    return { ...threshold, rank, bound: "NONE", reason: "No tested rank is acceptable by the notebook's rule." };
  }
  return {
    ...threshold,
    rank,
    bound: rank === threshold.testedRanks[0] ? "AT_MOST" : "EXACT",
    reason: `r* = ${rank} by the notebook's rule: the smallest acceptable rank, regardless of larger ranks.`,
  };
}

function isAcceptable({ degradation }: RankDegradation): boolean {
  return degradation.verdict === "ACCEPTABLE";
}

function isInconclusive({ degradation }: RankDegradation): boolean {
  return degradation.verdict === "INCONCLUSIVE";
}

/** Returns the smallest rank from which `holds` is true of every tested rank. Null if it is false of the largest. */
function minimumRank(tested: readonly RankDegradation[], holds: (entry: RankDegradation) => boolean): number | null {
  const lastFailing = tested.findLastIndex((entry) => !holds(entry));
  return tested[lastFailing + 1]?.rank ?? null;
}

/** Returns why a rank is not decided, for use in a sentence. */
export function openBecause({ degradation: { baselineDiverged, candidateDiverged } }: RankDegradation): string {
  return baselineDiverged + candidateDiverged > 0 ? "some of its runs diverged" : "its interval contains the threshold";
}

/**
 * Returns how precisely r* is known, and why.
 *
 * @param limiting the largest tested rank that is not acceptable
 */
function boundOf(
  rank: number | null,
  limiting: RankDegradation | undefined,
): { readonly bound: RankBound; readonly reason: string } {
  if (limiting === undefined) {
    if (rank === null) {
      return { bound: "NONE", reason: "No rank has this metric for both the baseline and the candidate." };
    }
    const reason = `r* <= ${rank}. Every tested rank is acceptable; ranks below ${rank} were not tested.`;
    return { bound: "AT_MOST", reason };
  }
  const isOpen = isInconclusive(limiting);
  const state = isOpen ? `is inconclusive (${openBecause(limiting)})` : "is not acceptable";
  if (rank === null) return { bound: "NONE", reason: `The largest tested rank, ${limiting.rank}, ${state}.` };
  return {
    bound: isOpen ? "AT_MOST" : "EXACT",
    reason: `r* ${isOpen ? "<=" : "="} ${rank}. Rank ${limiting.rank} ${state}; every larger tested rank is acceptable.`,
  };
}
