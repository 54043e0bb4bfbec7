import { UndefinedReason } from "../../model/enums/similarity.js";
import { meanInterval } from "../runs/configuration-means.js";
import { meanAndRange, summarise, type Interval } from "../statistics/sample.js";
import { formatSeeds } from "../wording.js";
import type { LayerSimilarity } from "./layer-similarity.js";
import { similaritySummary, type SimilaritySummary } from "./similarity-summary.js";

/** A cosine over the pairs of runs with equal seeds. */
export interface PairStatistics {
  /** Number of pairs with a cosine. */
  readonly pairs: number;
  /** Null without a cosine, and while a pair is pending, because it would change. The other values are null then too. */
  readonly mean: number | null;
  /** Sample standard deviation over the pairs (denominator n - 1). Null for a single pair. */
  readonly standardDeviation: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** 95 % confidence interval of the mean by Student's t. Null for a single pair, and for equal cosines. */
  readonly interval: Interval | null;
  /** Distinct ids of the jobs that compute pending pairs. */
  readonly pendingJobs: readonly string[];
  /** Why there is no mean, for most of the pairs. Null if there is one, or if no pair tells. */
  readonly undefinedReason: UndefinedReason | null;
}

/** A baseline and a candidate of one seed, compared in every layer of the study. */
export interface SeedPair {
  /** Null is unknown. */
  readonly seed: number | null;
  /** In the order of the study's layers. */
  readonly layers: readonly LayerSimilarity[];
}

/** The pairs of one rank. */
interface SeedPairs<Pair> {
  readonly compared: readonly Pair[];
  /** Number of pairs at this rank, those that are not compared included. */
  readonly available: number;
}

const CONFIDENCE = 0.95;

/**
 * Returns the statistics of a cosine over pairs. Null is a pair without a cosine.
 *
 * @param reasons why pairs have no cosine; null for those that have one
 */
export function pairStatistics(
  cosines: readonly (number | null)[],
  pendingJobs: readonly string[] = [],
  reasons: readonly (UndefinedReason | null)[] = [],
): PairStatistics {
  const known = cosines.filter((cosine) => cosine !== null);
  const sample = summarise(known);
  if (pendingJobs.length > 0 || sample === undefined) {
    const unknown = { mean: null, standardDeviation: null, min: null, max: null, interval: null };
    const undefinedReason = pendingJobs.length > 0 ? UndefinedReason.PENDING : mostFrequent(reasons);
    return { pairs: known.length, ...unknown, pendingJobs, undefinedReason };
  }
  const range = meanAndRange(known);
  return {
    pairs: sample.n,
    mean: sample.mean,
    standardDeviation: sample.standardDeviation,
    min: range?.min ?? null,
    max: range?.max ?? null,
    interval: meanInterval(sample, CONFIDENCE),
    pendingJobs,
    undefinedReason: null,
  };
}

/** Returns the reason of most pairs; the first of several. Null without one. */
function mostFrequent(reasons: readonly (UndefinedReason | null)[]): UndefinedReason | null {
  const counts = new Map<UndefinedReason, number>();
  for (const reason of reasons) if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most?.[0] ?? null;
}

/** The pairs that count in the statistics of a rank. */
export interface CountedPairs<Pair = SeedPair> {
  readonly counted: readonly (Pair & SummarisedPair)[];
  readonly available: number;
  /** Why fewer pairs than available count. Null if all do. */
  readonly reason: string | null;
}

/** A pair with the summary of its layers. */
export interface SummarisedPair extends SeedPair {
  readonly summary: SimilaritySummary;
}

/**
 * Selects the pairs whose comparison is valid: not started from different A, not equal weights under two names, and with a
 * cosine. If there is none, all pairs count, and the rank itself is not comparable.
 */
export function countedPairs<Pair extends SeedPair>({ compared, available }: SeedPairs<Pair>): CountedPairs<Pair> {
  const pairs = compared.map((pair) => ({ ...pair, summary: similaritySummary(pair.layers) }));
  const obstacles = pairs.map(({ summary }) => obstacleOf(summary));
  const valid = pairs.filter((_, i) => obstacles[i] === undefined);
  const counted = valid.length === 0 ? pairs : valid;
  const leftOut = [...new Set(obstacles)].flatMap((obstacle) => {
    if (obstacle === undefined || valid.length === 0) return [];
    const seeds = pairs.filter((_, i) => obstacles[i] === obstacle).map(({ seed }) => seed);
    return [`The runs of ${formatSeeds(seeds)} are left out: ${obstacle}.`];
  });
  const bound =
    available > compared.length ? [`The first ${compared.length} of ${available} pairs by seed are compared.`] : [];
  const reasons = [...bound, ...leftOut];
  return { counted, available, reason: reasons.length === 0 ? null : reasons.join(" ") };
}

/** Returns why a pair does not count. Undefined if it does, or may when its jobs have ended. */
function obstacleOf({ sharedStart, identical, mean, pendingJobs }: SimilaritySummary): string | undefined {
  if (sharedStart === false) return "they started from different A";
  if (identical) return "their adapters have equal weights";
  return mean === null && pendingJobs.length === 0 ? "none of their layers could be compared" : undefined;
}

/** Returns the number of pairs and their spread for use after a label. Empty for a single pair. */
export function spreadText({ pairs, standardDeviation }: PairStatistics): string {
  if (standardDeviation === null) return "";
  return ` (${pairs} pairs of seeds, standard deviation ${standardDeviation.toPrecision(2)})`;
}
