import type { IntervalMethod } from "../../model/enums/statistics.js";
import { bootstrapInterval } from "../statistics/bootstrap.js";
import { pairedTest, welchTest, type MeanTest, type ValuePair } from "../statistics/mean-test.js";
import { pairedChangeInterval, relativeChange, relativeChangeInterval } from "../statistics/relative-change.js";
import { meanOf, summarise, type Interval } from "../statistics/sample.js";
import type { OnDraws, SeedAnalysis, SeededValue } from "./seed-analysis.js";

/** The change of a metric from baseline to candidate over several seeds. */
interface ChangeStatistics {
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

/**
 * Returns the statistics of the change from `baseline` to `candidate`. Falls back to unpaired with fewer than two pairs. The
 * time is linear in the number of values, and in the number of draws with a bootstrap (see `drawsOf` in seed-analysis.ts).
 */
export function changeStatistics(
  baseline: readonly SeededValue[],
  candidate: readonly SeededValue[],
  analysis: SeedAnalysis,
  onDraws?: OnDraws,
): ChangeStatistics {
  const pairs = pairsOf(baseline, candidate);
  if (!analysis.paired) return unpairedStatistics(baseline, candidate, pairs.length, analysis, onDraws);
  if (pairs.length >= 2) return pairedStatistics(pairs, analysis, onDraws);
  const unpaired = unpairedStatistics(baseline, candidate, pairs.length, analysis, onDraws);
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
  onDraws: OnDraws | undefined,
): ChangeStatistics {
  const baseline = seededBaseline.map(({ value }) => value);
  const candidate = seededCandidate.map(({ value }) => value);
  const interval = unpairedInterval(baseline, candidate, analysis, onDraws);
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
  onDraws: OnDraws | undefined,
): Interval | undefined {
  if (method !== "T") {
    return bootstrapInterval([baseline, candidate], changeOfGroups, { method, confidence, resamples, seed, onDraws });
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

function pairedStatistics(
  pairs: readonly ValuePair[],
  analysis: SeedAnalysis,
  onDraws: OnDraws | undefined,
): ChangeStatistics {
  const interval = pairedInterval(pairs, analysis, onDraws);
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
  onDraws: OnDraws | undefined,
): Interval | undefined {
  if (method === "T") return pairedChangeInterval(pairs, confidence);
  // The bootstrap resamples indices of pairs, so that baseline and candidate stay together.
  const indices = pairs.map((_, i) => i);
  const changeOfPairs = ([resampled = []]: readonly (readonly number[])[]) => {
    const chosen = resampled.flatMap((i) => pairs[i] ?? []);
    return changeOfGroups([chosen.map(({ baseline }) => baseline), chosen.map(({ candidate }) => candidate)]);
  };
  return bootstrapInterval([indices], changeOfPairs, { method, confidence, resamples, seed, onDraws });
}

/** Returns the values of the seeds of which baseline and candidate have exactly one run. Two runs of a seed are ambiguous. */
function pairsOf(baseline: readonly SeededValue[], candidate: readonly SeededValue[]): ValuePair[] {
  const ofBaseline = onlyValues(baseline);
  const ofCandidate = onlyValues(candidate);
  return baseline.flatMap(({ seed }): ValuePair[] => {
    const baselineValue = ofBaseline.get(seed);
    const candidateValue = ofCandidate.get(seed);
    if (seed === null || baselineValue === undefined || candidateValue === undefined) return [];
    return [{ baseline: baselineValue, candidate: candidateValue }];
  });
}

/** Returns the values by seed; undefined for a seed of several runs. */
function onlyValues(values: readonly SeededValue[]): ReadonlyMap<number | null, number | undefined> {
  const bySeed = new Map<number | null, number | undefined>();
  for (const { seed, value } of values) bySeed.set(seed, bySeed.has(seed) ? undefined : value);
  return bySeed;
}

function changeOfGroups([baseline = [], candidate = []]: readonly (readonly number[])[]): number {
  return relativeChange(meanOf(baseline), meanOf(candidate));
}
