import type { PairedIntervalMethod } from "../../model/enums/prediction.js";
import { EXACT, HASH_BYTES, type PredictionColumns } from "../../model/predictions.js";
import { mcnemarTest } from "../statistics/mcnemar.js";
import type { MeanTest, ValuePair } from "../statistics/mean-test.js";
import { pairedTest } from "../statistics/mean-test.js";
import { pairedDifference } from "../statistics/paired-difference.js";
import { pairedMeanInterval } from "../statistics/paired-mean-interval.js";
import { meanOf, type Interval } from "../statistics/sample.js";
import { tokenMatch, type TokenMatch } from "./token-match.js";

/** The answers of one run, with the values of the compared metric. */
export interface ComparedPredictions extends PredictionColumns {
  /** Little-endian float64, n values; null to compare exact matches. */
  readonly values: Uint8Array | null;
}

export interface PairedAnalysis {
  readonly interval: PairedIntervalMethod;
  readonly confidence: number;
  readonly resamples: number;
  /** Seed of the bootstrap. */
  readonly seed: number;
}

export interface PredictionsInput {
  readonly baseline: ComparedPredictions;
  readonly candidate: ComparedPredictions;
  readonly analysis: PairedAnalysis;
}

/** Number of items with the same state in both runs. */
export interface MatchCount {
  /** Items that both runs have with what is matched. */
  readonly n: number;
  readonly matches: number;
}

/** Two runs' answers to the same items. */
export interface PredictionsComparison {
  /** Items of both runs. */
  readonly joined: number;
  readonly onlyBaseline: number;
  readonly onlyCandidate: number;
  /** Joined items whose prompts differ. */
  readonly differentPrompts: number;
  /** Equal texts of the answers. */
  readonly textMatch: MatchCount;
  /** Answers that equal their target, without white space around both, of the joined items that have one in both runs. */
  readonly exactMatch: { readonly n: number; readonly baseline: number; readonly candidate: number };
  readonly tokenMatch: TokenMatch;
  readonly metric: MetricDifference;
}

/** The compared metric over the items that have it in both runs. */
export interface MetricDifference {
  readonly n: number;
  /** Means. Null without items. */
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** Mean of candidate - baseline. */
  readonly mean: number | null;
  readonly interval: Interval | null;
  readonly intervalMethod: PairedIntervalMethod | null;
  readonly intervalReason: string | null;
  /** Paired t-test of a mean difference of 0. */
  readonly test: MeanTest | null;
  /** Right and wrong answers. Null if a value is neither 0 nor 1. */
  readonly flips: Flips | null;
}

export interface Flips {
  readonly bothRight: number;
  readonly bothWrong: number;
  readonly rightToWrong: number;
  readonly wrongToRight: number;
  /** McNemar's exact test, two-sided. */
  readonly p: number;
  /** Positions of flipped items in both sets: baseline, candidate, baseline, candidate, ..., in the order of the baseline. */
  readonly rightToWrongAt: Int32Array;
  readonly wrongToRightAt: Int32Array;
}

/**
 * Joins the items of two runs and compares the answers. The time is linear in the number of items, and in the number of draws with
 * a bootstrap.
 *
 * @param onDraws called between chunks of draws; it throws to stop
 */
export function comparePredictions(
  { baseline, candidate, analysis }: PredictionsInput,
  onDraws?: (draws: number) => void,
): PredictionsComparison {
  const pairs = joinedPositions(baseline, candidate);
  return {
    joined: pairs.length,
    onlyBaseline: baseline.n - pairs.length,
    onlyCandidate: candidate.n - pairs.length,
    differentPrompts: differing(matchCount(baseline.prompts, candidate.prompts, pairs)),
    textMatch: matchCount(baseline.answers, candidate.answers, pairs),
    exactMatch: exactMatchOf(baseline.exact, candidate.exact, pairs),
    tokenMatch: tokenMatch(baseline, candidate, pairs),
    metric: metricDifference(gradedPairs(baseline, candidate, pairs), analysis, onDraws),
  };
}

/** The positions of one item in both sets. */
export type PositionPair = readonly [baseline: number, candidate: number];

function joinedPositions(baseline: PredictionColumns, candidate: PredictionColumns): PositionPair[] {
  const ofCandidate = new Map<bigint, number>();
  const candidateItems = hashesOf(candidate.items);
  for (let i = 0; i < candidate.n; i++) ofCandidate.set(candidateItems(i), i);
  const baselineItems = hashesOf(baseline.items);
  const pairs: PositionPair[] = [];
  for (let i = 0; i < baseline.n; i++) {
    const found = ofCandidate.get(baselineItems(i));
    if (found !== undefined) pairs.push([i, found]);
  }
  return pairs;
}

/** Returns a function that reads the packed hash at a position; 0 for none. */
function hashesOf(bytes: Uint8Array): (position: number) => bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (position) => view.getBigUint64(HASH_BYTES * position);
}

function matchCount(baseline: Uint8Array, candidate: Uint8Array, pairs: readonly PositionPair[]): MatchCount {
  const [left, right] = [hashesOf(baseline), hashesOf(candidate)];
  let n = 0;
  let matches = 0;
  for (const [i, j] of pairs) {
    const [one, other] = [left(i), right(j)];
    if (one === 0n || other === 0n) continue;
    n += 1;
    if (one === other) matches += 1;
  }
  return { n, matches };
}

function differing({ n, matches }: MatchCount): number {
  return n - matches;
}

function exactMatchOf(
  baseline: Uint8Array,
  candidate: Uint8Array,
  pairs: readonly PositionPair[],
): PredictionsComparison["exactMatch"] {
  const known = pairs.filter(([i, j]) => baseline[i] !== EXACT.unknown && candidate[j] !== EXACT.unknown);
  return {
    n: known.length,
    baseline: known.filter(([i]) => baseline[i] === EXACT.right).length,
    candidate: known.filter(([, j]) => candidate[j] === EXACT.right).length,
  };
}

/** A pair of values of the metric, with the positions of its item. */
interface GradedPair extends ValuePair {
  readonly at: PositionPair;
}

function gradedPairs(
  baseline: ComparedPredictions,
  candidate: ComparedPredictions,
  pairs: readonly PositionPair[],
): GradedPair[] {
  const [left, right] = [valuesOf(baseline), valuesOf(candidate)];
  return pairs
    .map((at) => ({ baseline: left(at[0]), candidate: right(at[1]), at }))
    .filter((pair) => Number.isFinite(pair.baseline) && Number.isFinite(pair.candidate));
}

function valuesOf({ values, exact }: ComparedPredictions): (position: number) => number {
  if (values === null) {
    return (position) => (exact[position] === EXACT.unknown ? NaN : (exact[position] ?? NaN));
  }
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return (position) => view.getFloat64(8 * position, true);
}

function metricDifference(
  pairs: readonly GradedPair[],
  analysis: PairedAnalysis,
  onDraws: ((draws: number) => void) | undefined,
): MetricDifference {
  if (pairs.length === 0) {
    const reason = "No item has the metric in both runs.";
    const nothing = { baseline: null, candidate: null, mean: null, interval: null, intervalMethod: null, test: null };
    return { n: 0, ...nothing, intervalReason: reason, flips: null };
  }
  const values = { baseline: pairs.map((pair) => pair.baseline), candidate: pairs.map((pair) => pair.candidate) };
  return {
    n: pairs.length,
    baseline: meanOf(values.baseline),
    candidate: meanOf(values.candidate),
    mean: meanOf(pairs.map(({ baseline, candidate }) => candidate - baseline)),
    ...intervalOf(pairs, analysis, onDraws),
    test: pairedTest(pairs) ?? null,
    flips: isBinary(pairs) ? flipsOf(pairs) : null,
  };
}

/** Minimum number of items for a bootstrap. With fewer, its intervals are too narrow. */
export const MIN_BOOTSTRAP_ITEMS = 8;

function intervalOf(
  pairs: readonly GradedPair[],
  { interval: method, confidence, resamples, seed }: PairedAnalysis,
  onDraws: ((draws: number) => void) | undefined,
): Pick<MetricDifference, "interval" | "intervalMethod" | "intervalReason"> {
  const isBootstrap = method !== "T" && pairs.length >= MIN_BOOTSTRAP_ITEMS;
  const interval = isBootstrap
    ? pairedDifference(pairs, { method, confidence, resamples, seed, onDraws })?.interval
    : pairedMeanInterval(pairs, confidence);
  if (interval == null) {
    const reason = pairs.length < 2 ? "An interval needs at least two items." : "The differences do not vary.";
    return { interval: null, intervalMethod: null, intervalReason: reason };
  }
  const isReplaced = method !== "T" && !isBootstrap;
  const replaced = `A bootstrap needs ${MIN_BOOTSTRAP_ITEMS} items (found: ${pairs.length}). Student's t is used.`;
  return { interval, intervalMethod: isBootstrap ? method : "T", intervalReason: isReplaced ? replaced : null };
}

function isBinary(pairs: readonly ValuePair[]): boolean {
  const isTruth = (value: number): boolean => value === 0 || value === 1;
  return pairs.every(({ baseline, candidate }) => isTruth(baseline) && isTruth(candidate));
}

function flipsOf(pairs: readonly GradedPair[]): Flips {
  const test = mcnemarTest(
    pairs.map(({ baseline, candidate }) => ({ baseline: baseline === 1, candidate: candidate === 1 })),
  );
  const flipped = (from: number): Int32Array =>
    Int32Array.from(pairs.filter((pair) => pair.baseline === from && pair.candidate !== from).flatMap(({ at }) => at));
  return {
    bothRight: test.both,
    bothWrong: test.neither,
    rightToWrong: test.onlyBaseline,
    wrongToRight: test.onlyCandidate,
    p: test.p,
    rightToWrongAt: flipped(1),
    wrongToRightAt: flipped(0),
  };
}
