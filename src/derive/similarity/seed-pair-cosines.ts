import { meanInterval } from "../runs/configuration-means.js";
import { meanOf, summarise, type Interval } from "../statistics/sample.js";
import type { SeedPair } from "../study-evidence.js";
import type { ComparableRank } from "./rank-similarity.js";

/** The mean cosine of a rank over its pairs of runs with equal seeds. */
export interface RankCosine {
  readonly rank: number;
  readonly mean: number;
  /** Sample standard deviation over the pairs. Null for a single pair. */
  readonly standardDeviation: number | null;
  /** Number of pairs. */
  readonly pairs: number;
  /** 95 % confidence interval of the mean over pairs. Null for a single pair, and for equal cosines. */
  readonly interval: Interval | null;
}

const CONFIDENCE = 0.95;

/**
 * Returns the mean cosine of a rank over all pairs whose comparison is valid. A rank without several such pairs has the
 * cosine of its only comparison.
 */
export function rankCosine(similarity: ComparableRank<unknown>, seedPairs: readonly SeedPair[]): RankCosine {
  const { rank } = similarity;
  const cosines = seedPairs
    .filter(
      ({ summary: { sharedStart, identical }, ...pair }) => pair.rank === rank && sharedStart !== false && !identical,
    )
    .flatMap(({ summary: { mean } }) => mean ?? []);
  const sample = summarise(cosines);
  if (sample === undefined || sample.n < 2) {
    return { rank, mean: similarity.mean, standardDeviation: null, pairs: 1, interval: null };
  }
  return {
    rank,
    mean: meanOf(cosines),
    standardDeviation: sample.standardDeviation,
    pairs: sample.n,
    interval: meanInterval(sample, CONFIDENCE),
  };
}
