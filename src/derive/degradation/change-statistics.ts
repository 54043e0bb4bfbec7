import type { IntervalChoice, IntervalMethod } from "../../model/enums/interval.js";
import { bootstrapInterval } from "../statistics/bootstrap.js";
import { pairedTest, welchTest, type MeanTest, type ValuePair } from "../statistics/mean-test.js";
import { pairedChangeInterval, relativeChange, relativeChangeInterval } from "../statistics/relative-change.js";
import { meanOf, summarise, type Interval } from "../statistics/sample.js";

/** A value of the metric with the seed of its run. */
export interface SeededValue {
  readonly seed: number | null;
  readonly value: number;
}

/** How values of several seeds are analysed. */
export interface SeedAnalysis {
  readonly interval: IntervalChoice;
  readonly confidence: number;
  /** Number of bootstrap resamples. */
  readonly resamples: number;
  /** Seed of the bootstrap. */
  readonly seed: number;
  /** Compare runs with equal seeds, and ignore seeds that only the baseline or only the candidate has. */
  readonly paired: boolean;
}

export const DEFAULT_SEED_ANALYSIS: SeedAnalysis = {
  interval: "T",
  confidence: 0.95,
  resamples: 2000,
  seed: 0,
  paired: false,
};

/** The change of a metric from baseline to candidate over several seeds. */
export interface ChangeStatistics {
  /** The analysed values: all of them, or those of the pairs. */
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
  /** Whether pairs of runs with equal seeds were analysed. */
  readonly paired: boolean;
  /** Number of seeds of which baseline and candidate have one run each. */
  readonly pairs: number;
  /** Confidence interval of (candidate - baseline) / |baseline| * 100. */
  readonly interval: Interval | null;
  readonly intervalMethod: IntervalMethod;
  /** Why there is no interval, or why it is not the requested one. */
  readonly intervalReason: string | null;
  readonly test: MeanTest | null;
}

/** Returns the statistics of the change from `baseline` to `candidate`. Falls back to unpaired with fewer than two pairs. */
export function changeStatistics(
  baseline: readonly SeededValue[],
  candidate: readonly SeededValue[],
  analysis: SeedAnalysis,
): ChangeStatistics {
  const pairs = pairsOf(baseline, candidate);
  if (!analysis.paired) return unpairedStatistics(baseline, candidate, pairs.length, analysis);
  if (pairs.length >= 2) return pairedStatistics(pairs, analysis);
  const unpaired = unpairedStatistics(baseline, candidate, pairs.length, analysis);
  const notPaired = `Paired analysis needs at least two seeds that both baseline and candidate have (found: ${pairs.length}).`;
  return {
    ...unpaired,
    intervalReason: unpaired.intervalReason === null ? notPaired : `${notPaired} ${unpaired.intervalReason}`,
  };
}

const TOO_FEW_SEEDS = "An interval needs at least two seeds each for baseline and candidate.";
const NO_VARIATION = "The bootstrap samples do not vary: the values are equal, or too few of them differ.";
const BASELINE_NEAR_ZERO = "The mean of the baseline is 0, or too close to 0 for an interval.";

function unpairedStatistics(
  seededBaseline: readonly SeededValue[],
  seededCandidate: readonly SeededValue[],
  pairs: number,
  analysis: SeedAnalysis,
): ChangeStatistics {
  const baseline = seededBaseline.map(({ value }) => value);
  const candidate = seededCandidate.map(({ value }) => value);
  const interval = unpairedInterval(baseline, candidate, analysis);
  const baselineSample = summarise(baseline);
  const candidateSample = summarise(candidate);
  return {
    baseline,
    candidate,
    paired: false,
    pairs,
    interval: interval ?? null,
    intervalMethod: analysis.interval === "T" ? "WELCH_T" : analysis.interval,
    intervalReason: interval === undefined ? reasonWithoutInterval(baseline, candidate, analysis) : null,
    test: (baselineSample && candidateSample && welchTest(baselineSample, candidateSample)) ?? null,
  };
}

function unpairedInterval(
  baseline: readonly number[],
  candidate: readonly number[],
  { interval: method, confidence, resamples, seed }: SeedAnalysis,
): Interval | undefined {
  if (method !== "T") {
    return bootstrapInterval([baseline, candidate], changeOfGroups, { method, confidence, resamples, seed });
  }
  const baselineSample = summarise(baseline);
  const candidateSample = summarise(candidate);
  if (baselineSample === undefined || candidateSample === undefined) return undefined;
  return relativeChangeInterval(baselineSample, candidateSample, confidence);
}

function reasonWithoutInterval(
  baseline: readonly number[],
  candidate: readonly number[],
  { interval }: SeedAnalysis,
): string {
  if (baseline.length < 2 || candidate.length < 2) return TOO_FEW_SEEDS;
  return interval === "T" ? BASELINE_NEAR_ZERO : NO_VARIATION;
}

function pairedStatistics(pairs: readonly ValuePair[], analysis: SeedAnalysis): ChangeStatistics {
  const interval = pairedInterval(pairs, analysis);
  const noInterval = analysis.interval === "T" ? BASELINE_NEAR_ZERO : NO_VARIATION;
  return {
    baseline: pairs.map(({ baseline }) => baseline),
    candidate: pairs.map(({ candidate }) => candidate),
    paired: true,
    pairs: pairs.length,
    interval: interval ?? null,
    intervalMethod: analysis.interval === "T" ? "PAIRED_T" : `PAIRED_${analysis.interval}`,
    intervalReason: interval === undefined ? noInterval : null,
    test: pairedTest(pairs) ?? null,
  };
}

function pairedInterval(
  pairs: readonly ValuePair[],
  { interval: method, confidence, resamples, seed }: SeedAnalysis,
): Interval | undefined {
  if (method === "T") return pairedChangeInterval(pairs, confidence);
  // The bootstrap resamples indices of pairs, so that baseline and candidate stay together.
  const indices = pairs.map((_, i) => i);
  const changeOfPairs = ([resampled = []]: readonly (readonly number[])[]) => {
    const chosen = resampled.flatMap((i) => pairs[i] ?? []);
    return changeOfGroups([chosen.map(({ baseline }) => baseline), chosen.map(({ candidate }) => candidate)]);
  };
  return bootstrapInterval([indices], changeOfPairs, { method, confidence, resamples, seed });
}

/** Returns the values of the seeds of which baseline and candidate have exactly one run. Two runs of a seed are ambiguous. */
function pairsOf(baseline: readonly SeededValue[], candidate: readonly SeededValue[]): ValuePair[] {
  return baseline.flatMap(({ seed }): ValuePair[] => {
    if (seed === null) return [];
    const ofBaseline = onlyValue(baseline, seed);
    const ofCandidate = onlyValue(candidate, seed);
    if (ofBaseline === undefined || ofCandidate === undefined) return [];
    return [{ baseline: ofBaseline, candidate: ofCandidate }];
  });
}

function onlyValue(values: readonly SeededValue[], seed: number): number | undefined {
  const ofSeed = values.filter((value) => value.seed === seed);
  return ofSeed.length === 1 ? ofSeed[0]?.value : undefined;
}

function changeOfGroups([baseline = [], candidate = []]: readonly (readonly number[])[]): number {
  return relativeChange(meanOf(baseline), meanOf(candidate));
}
