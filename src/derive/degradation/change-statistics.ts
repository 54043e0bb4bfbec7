import type { IntervalMethod } from "../../model/enums/statistics.js";
import { bootstrapInterval } from "../statistics/bootstrap.js";
import type { BootstrapMethod } from "../statistics/bootstrap-draws.js";
import { pairedTest, welchTest, type MeanTest, type ValuePair } from "../statistics/mean-test.js";
import {
  isUnboundedRatio,
  pairedChangeInterval,
  pooledChangeInterval,
  relativeChange,
  relativeChangeInterval,
  type PooledVariation,
} from "../statistics/relative-change.js";
import { meanOf, summarise, type Interval } from "../statistics/sample.js";
import { distinctWeights, independentRuns, isVarying } from "./replicates.js";
import {
  bootstrapMethod,
  MIN_BOOTSTRAP_RUNS,
  type OnDraws,
  type SeedAnalysis,
  type SeededValue,
} from "./seed-analysis.js";

/** The change of a metric from baseline to candidate over several independent runs. */
export interface ChangeStatistics {
  /** The analysed values: one for each independent run, or those of the pairs. */
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
  /** Assumption of the interval beyond independent runs; null if it makes none. */
  readonly intervalAssumption: string | null;
  /** Whether the baseline varies so much that no finite interval of the change has the requested confidence (Fieller 1954). */
  readonly isUnbounded: boolean;
  readonly test: MeanTest | null;
}

/** The parts of an analysis at one rank that its values do not contain. */
export interface ChangeContext {
  /** The variation of all ranks; undefined if no configuration has two independent runs. */
  readonly pooled?: PooledVariation | undefined;
  readonly onDraws?: OnDraws | undefined;
}

/**
 * Returns the statistics of the change from `baseline` to `candidate`. Falls back to unpaired with fewer than two pairs. The
 * time is linear in the number of values, and in the number of draws with a bootstrap (see `drawsOf` in seed-analysis.ts).
 */
export function changeStatistics(
  baseline: readonly SeededValue[],
  candidate: readonly SeededValue[],
  analysis: SeedAnalysis,
  context: ChangeContext = {},
): ChangeStatistics {
  const pairs = pairsOf(distinctWeights(baseline), distinctWeights(candidate));
  const isPaired = analysis.paired && analysis.interval !== "POOLED_T";
  if (isPaired && pairs.length >= 2) return pairedStatistics(pairs, analysis, context);
  const samples = { baseline: valuesOf(independentRuns(baseline)), candidate: valuesOf(independentRuns(candidate)) };
  const unpaired = unpairedStatistics(samples, pairs.length, analysis, context);
  if (!isPaired) return unpaired;
  const notPaired = `Paired analysis needs at least two seeds that both baseline and candidate have (found: ${pairs.length}).`;
  return { ...unpaired, intervalReason: joined(notPaired, unpaired.intervalReason) };
}

/** The values of two configurations, one for each independent run. */
interface Samples {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

const UNBOUNDED =
  "The baseline varies so much that no finite interval of a percent has the requested confidence (Fieller 1954).";
const NO_VARIATION = "The changes do not vary: the values are equal, or too few of them differ.";
const NOTHING_TO_POOL = "No configuration has two independent runs, so there is no variation to pool.";

function unpairedStatistics(
  samples: Samples,
  pairs: number,
  analysis: SeedAnalysis,
  context: ChangeContext,
): ChangeStatistics {
  const { baseline, candidate } = samples;
  const baselineSample = summarise(baseline);
  const candidateSample = summarise(candidate);
  const isPooled = analysis.interval === "POOLED_T";
  const method = bootstrapMethod([baseline.length, candidate.length], analysis);
  const obstacle = isPooled ? pooledObstacle(context) : intervalObstacle(samples);
  const isUnbounded = obstacle === undefined && !isPooled && isUnboundedSample(baseline, analysis);
  const found =
    obstacle === undefined && !isUnbounded ? unpairedInterval(samples, method, analysis, context) : undefined;
  const interval = found === undefined || isPoint(found) ? null : found;
  return {
    baseline,
    candidate,
    paired: false,
    pairs,
    interval,
    intervalMethod: isPooled ? "POOLED_T" : (method ?? "WELCH_T"),
    intervalReason:
      interval === null
        ? (obstacle ?? (isUnbounded ? UNBOUNDED : NO_VARIATION))
        : bootstrapRefusal([baseline.length, candidate.length], analysis),
    intervalAssumption: interval !== null && isPooled ? pooledAssumption(context) : null,
    isUnbounded,
    test: (baselineSample && candidateSample && welchTest(baselineSample, candidateSample)) ?? null,
  };
}

function unpairedInterval(
  { baseline, candidate }: Samples,
  method: BootstrapMethod | undefined,
  { interval: choice, confidence, resamples, seed }: SeedAnalysis,
  { pooled, onDraws }: ChangeContext,
): Interval | undefined {
  if (method !== undefined) {
    return bootstrapInterval([baseline, candidate], changeOfGroups, { method, confidence, resamples, seed, onDraws });
  }
  const baselineSample = summarise(baseline);
  const candidateSample = summarise(candidate);
  if (baselineSample === undefined || candidateSample === undefined) return undefined;
  if (choice !== "POOLED_T") return relativeChangeInterval(baselineSample, candidateSample, confidence);
  return pooled && pooledChangeInterval(baselineSample, candidateSample, pooled, confidence);
}

function pooledAssumption({ pooled }: ChangeContext): string | null {
  if (pooled === undefined) return null;
  const deviation = (100 * pooled.relativeDeviation).toPrecision(3);
  return (
    `Assumes that runs vary by ${deviation} % of the mean at every rank and in both configurations: the standard deviation ` +
    `pooled over all of them (${pooled.degreesOfFreedom} degrees of freedom).`
  );
}

function pooledObstacle({ pooled }: ChangeContext): string | undefined {
  return pooled === undefined ? NOTHING_TO_POOL : undefined;
}

/** Returns why the values give no interval. */
function intervalObstacle({ baseline, candidate }: Samples): string | undefined {
  if (baseline.length < 2 || candidate.length < 2) {
    return (
      "An interval needs at least two independent runs of the baseline and of the candidate " +
      `(baseline: ${baseline.length}, candidate: ${candidate.length}).`
    );
  }
  const constant = [
    ...(isVarying(baseline) ? [] : [`The ${baseline.length} values of the baseline are equal.`]),
    ...(isVarying(candidate) ? [] : [`The ${candidate.length} values of the candidate are equal.`]),
  ];
  if (constant.length === 0) return undefined;
  return `${constant.join(" ")} Equal values do not vary, so they do not show the variation between seeds.`;
}

/** Returns why a requested bootstrap was replaced by Student's t. */
function bootstrapRefusal(sizes: readonly number[], analysis: SeedAnalysis): string | null {
  const { interval } = analysis;
  if (interval === "T" || interval === "POOLED_T" || bootstrapMethod(sizes, analysis) !== undefined) return null;
  return (
    `A bootstrap needs ${MIN_BOOTSTRAP_RUNS} independent runs each (found: ${sizes.join(" and ")}). With fewer, its ` +
    "intervals are too narrow: a nominal 95 % covers about 67 % at n = 2 and 81 % at n = 3. Student's t is used."
  );
}

function isUnboundedSample(baseline: readonly number[], { confidence }: SeedAnalysis): boolean {
  const sample = summarise(baseline);
  return sample !== undefined && isUnboundedRatio(sample, confidence);
}

/** Returns whether an interval is as narrow as a rounding error. Values in a constant ratio give such an interval. */
function isPoint({ low, high }: Interval): boolean {
  return high - low <= 1e-9;
}

function pairedStatistics(
  pairs: readonly ValuePair[],
  analysis: SeedAnalysis,
  context: ChangeContext,
): ChangeStatistics {
  const samples = {
    baseline: pairs.map(({ baseline }) => baseline),
    candidate: pairs.map(({ candidate }) => candidate),
  };
  const method = bootstrapMethod([pairs.length], analysis);
  const obstacle = intervalObstacle(samples);
  const isUnbounded = obstacle === undefined && isUnboundedSample(samples.baseline, analysis);
  const found = obstacle === undefined && !isUnbounded ? pairedInterval(pairs, method, analysis, context) : undefined;
  const interval = found === undefined || isPoint(found) ? null : found;
  return {
    ...samples,
    paired: true,
    pairs: pairs.length,
    interval,
    intervalMethod: method === undefined ? "PAIRED_T" : `PAIRED_${method}`,
    intervalReason:
      interval === null
        ? (obstacle ?? (isUnbounded ? UNBOUNDED : NO_VARIATION))
        : bootstrapRefusal([pairs.length], analysis),
    intervalAssumption: null,
    isUnbounded,
    test: pairedTest(pairs) ?? null,
  };
}

function pairedInterval(
  pairs: readonly ValuePair[],
  method: BootstrapMethod | undefined,
  { confidence, resamples, seed }: SeedAnalysis,
  { onDraws }: ChangeContext,
): Interval | undefined {
  if (method === undefined) return pairedChangeInterval(pairs, confidence);
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

function valuesOf(values: readonly SeededValue[]): number[] {
  return values.map(({ value }) => value);
}

function changeOfGroups([baseline = [], candidate = []]: readonly (readonly number[])[]): number {
  return relativeChange(meanOf(baseline), meanOf(candidate));
}

function joined(...reasons: readonly (string | null)[]): string {
  return reasons.filter((reason) => reason !== null).join(" ");
}
