import type { VerdictCertainty } from "../../model/enums/statistics.js";
import type { RankBound } from "../../model/enums/verdict.js";
import { formatRanks } from "../wording.js";
import type { RankDegradation } from "./degradation.js";
import { rankStates, type RankState } from "./rank-states.js";

/** r*, the minimum rank that preserves quality. */
export interface RankThreshold {
  /**
   * The smallest tested rank from which every larger tested rank is acceptable. Null with bound NONE. An undecided rank counts
   * as not acceptable.
   */
  readonly rank: number | null;
  readonly bound: RankBound;
  /** Whether r* rests on intervals at every tested rank. Null if no rank was tested. */
  readonly certainty: VerdictCertainty | null;
  /** The notebook's rule: the smallest rank with an acceptable percent, regardless of its interval and of larger ranks. */
  readonly leastAcceptableRank: number | null;
  /** Ranks that were judged: with a defined degradation, or with diverged runs only. Ascending. */
  readonly testedRanks: readonly number[];
  /**
   * Ranks that are not decided, ascending: their interval contains the threshold, some of their runs diverged, or they have a
   * point estimate while other ranks have intervals.
   */
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
  const tested = rankStates(ranks);
  const rank = minimumRank(tested, isAcceptable);
  const limiting = rank === null ? tested.at(-1) : tested.findLast((entry) => entry.rank < rank);
  const { bound, reason } = boundOf(rank, limiting);
  return {
    rank,
    bound,
    certainty: certaintyOf(tested),
    leastAcceptableRank: tested.find(({ degradation }) => degradation.acceptable)?.rank ?? null,
    testedRanks: tested.map((entry) => entry.rank),
    inconclusiveRanks: tested.filter(isUndecided).map((entry) => entry.rank),
    range: {
      least: minimumRank(tested, (entry) => isAcceptable(entry) || isUndecided(entry)),
      greatest: rank,
    },
    reason: [reason, ...untestedReasons(ranks)].join(" "),
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

function isAcceptable({ state }: RankState): boolean {
  return state === "ACCEPTABLE";
}

function isUndecided({ state }: RankState): boolean {
  return state === "UNDECIDED";
}

function certaintyOf(tested: readonly RankState[]): VerdictCertainty | null {
  if (tested.length === 0) return null;
  return tested.every(({ degradation }) => degradation.certainty === "INTERVAL") ? "INTERVAL" : "POINT_ESTIMATE";
}

/** Returns the smallest rank from which `holds` is true of every tested rank. Null if it is false of the largest. */
function minimumRank(tested: readonly RankState[], holds: (entry: RankState) => boolean): number | null {
  const lastFailing = tested.findLastIndex((entry) => !holds(entry));
  return tested[lastFailing + 1]?.rank ?? null;
}

/**
 * Returns how precisely r* is known, and why.
 *
 * @param limiting the largest tested rank that is not acceptable
 */
function boundOf(
  rank: number | null,
  limiting: RankState | undefined,
): { readonly bound: RankBound; readonly reason: string } {
  if (limiting === undefined) {
    if (rank === null) return { bound: "NONE", reason: "No rank can be judged." };
    const reason = `r* <= ${rank}. Every tested rank is acceptable; ranks below ${rank} were not tested.`;
    return { bound: "AT_MOST", reason };
  }
  const isOpen = isUndecided(limiting);
  const state = `${isOpen ? "is inconclusive" : "is not acceptable"} (${limiting.because})`;
  if (rank === null) return { bound: "NONE", reason: `The largest tested rank, ${limiting.rank}, ${state}.` };
  return {
    bound: isOpen ? "AT_MOST" : "EXACT",
    reason: `r* ${isOpen ? "<=" : "="} ${rank}. Rank ${limiting.rank} ${state}; every larger tested rank is acceptable.`,
  };
}

/** Returns a sentence for each reason why ranks were not judged. */
function untestedReasons(ranks: readonly RankDegradation[]): string[] {
  const ranksByReason = new Map<string, number[]>();
  for (const { rank, degradation } of ranks) {
    if (degradation.acceptable !== null || degradation.reason === null) continue;
    ranksByReason.set(degradation.reason, [...(ranksByReason.get(degradation.reason) ?? []), rank]);
  }
  return [...ranksByReason].map(([reason, untested]) => `${formatRanks(untested)} was not judged: ${reason}`);
}
