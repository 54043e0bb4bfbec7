import jstat from "jstat";
import type { BootstrapMethod } from "./bootstrap-draws.js";
import { quantile } from "./order-statistics.js";
import { meanOf, type Interval } from "./sample.js";

interface BootstrapOptions {
  readonly method: BootstrapMethod;
  readonly confidence: number;
  /** Number of resamples. */
  readonly resamples: number;
  /** Equal seeds give equal intervals. */
  readonly seed: number;
  /**
   * Returns the influence on the statistic of each value of a group, for BCa: n - 1 times what the mean of all leave-one-out
   * statistics has above the value's own. By default each value is left out in turn, which takes a time quadratic in their number.
   */
  readonly influences?: ((group: readonly number[]) => readonly number[]) | undefined;
  /** Called between chunks of draws with the number of values drawn in the last one. It throws to stop the resampling. */
  readonly onDraws?: ((draws: number) => void) | undefined;
}

/** Number of values that are drawn between two calls of `onDraws`: about a millisecond. */
const DRAWS_PER_CHUNK = 50_000;

/** Independent groups of values. */
type Groups = readonly (readonly number[])[];

/** A statistic reads the groups and keeps no reference to them. */
type Statistic = (groups: Groups) => number;

/**
 * Returns the bootstrap interval of `statistic`. Each group is resampled from its own values with replacement. The method
 * is percentile, or bias-corrected and accelerated (BCa; Efron 1987, JASA 82). The acceleration of several groups comes
 * from their pooled jackknife (Davison and Hinkley 1997, section 5.3).
 * Undefined if a group has fewer than two values, a resampled statistic is not finite, or the correction is undefined.
 */
export function bootstrapInterval(
  groups: Groups,
  statistic: Statistic,
  options: BootstrapOptions,
): Interval | undefined {
  const { method, confidence, influences } = options;
  if (groups.some((group) => group.length < 2)) return undefined;
  const meter = openDrawMeter(options.onDraws);
  const distribution = resampledStatistics(groups, statistic, options, meter).sort();
  meter.end();
  if (!distribution.every(Number.isFinite)) return undefined;
  const tail = (1 - confidence) / 2;
  const influencesOf = (group: readonly number[], index: number): readonly number[] =>
    influences?.(group) ?? jackknifeInfluences(groups, index, statistic, meter);
  const correct = method === "BOOTSTRAP_BCA" ? bcaCorrection(groups, statistic, distribution, influencesOf) : undefined;
  const lowLevel = correct === undefined ? tail : correct(tail);
  const highLevel = correct === undefined ? 1 - tail : correct(1 - tail);
  meter.end();
  if (!Number.isFinite(lowLevel) || !Number.isFinite(highLevel)) return undefined;
  return { low: quantile(distribution, lowLevel), high: quantile(distribution, highLevel), confidence };
}

interface DrawMeter {
  /** Adds draws to the current chunk, and reports the chunk when it is full. */
  add(draws: number): void;
  /** Reports the last chunk. */
  end(): void;
}

function openDrawMeter(onDraws: BootstrapOptions["onDraws"] = () => undefined): DrawMeter {
  let inChunk = 0;
  function end(): void {
    const draws = inChunk;
    inChunk = 0;
    if (draws > 0) onDraws(draws);
  }
  return {
    add(draws) {
      inChunk += draws;
      if (inChunk >= DRAWS_PER_CHUNK) end();
    },
    end,
  };
}

/** Returns the statistic of each resample, in the order of the random stream: group by group, value by value. */
function resampledStatistics(
  groups: Groups,
  statistic: Statistic,
  { resamples, seed }: BootstrapOptions,
  meter: DrawMeter,
): Float64Array {
  const random = seededRandom(seed);
  const draws = groups.reduce((sum, group) => sum + group.length, 0);
  // The buffers are reused, so that memory does not grow with the number of resamples.
  const resampled = groups.map((group) => [...group]);
  return Float64Array.from({ length: resamples }, () => {
    meter.add(draws);
    groups.forEach((group, g) => {
      const buffer = resampled[g] as number[];
      for (let i = 0; i < buffer.length; i++) buffer[i] = group[Math.floor(random() * group.length)] as number;
    });
    return statistic(resampled);
  });
}

/** Returns the function that maps a level to the level that BCa reads from the distribution. Its value may be NaN. */
function bcaCorrection(
  groups: Groups,
  statistic: Statistic,
  distribution: Float64Array,
  influencesOf: InfluencesOf,
): (level: number) => number {
  const observed = statistic(groups);
  // Ties count as one half.
  const below = distribution.filter((value) => value < observed).length;
  const notAbove = distribution.filter((value) => value <= observed).length;
  const bias = normalQuantile((below + notAbove) / (2 * distribution.length));
  const acceleration = jackknifeAcceleration(groups.map(influencesOf));
  return (level) => {
    const z = bias + normalQuantile(level);
    return jstat.normal.cdf(bias + z / (1 - acceleration * z), 0, 1);
  };
}

/** Returns the influence of each value of the group at an index. */
type InfluencesOf = (group: readonly number[], index: number) => readonly number[];

function jackknifeAcceleration(influencesOfGroups: readonly (readonly number[])[]): number {
  let cubes = 0;
  let squares = 0;
  for (const influences of influencesOfGroups) {
    const n = influences.length;
    cubes += influences.reduce((sum, value) => sum + value ** 3, 0) / n ** 3;
    squares += influences.reduce((sum, value) => sum + value ** 2, 0) / n ** 2;
  }
  return cubes / (6 * squares ** 1.5);
}

/** Returns the influence on `statistic` of each value in the group at `index`: what changes if the value is left out. */
function jackknifeInfluences(groups: Groups, index: number, statistic: Statistic, meter: DrawMeter): number[] {
  const group = groups[index] ?? [];
  const draws = groups.reduce((sum, { length }) => sum + length, 0);
  const leaveOneOut = group.map((_, omitted) => {
    meter.add(draws);
    const rest = group.filter((__, i) => i !== omitted);
    return statistic(groups.with(index, rest));
  });
  const mean = meanOf(leaveOneOut);
  return leaveOneOut.map((value) => (group.length - 1) * (mean - value));
}

/** Returns NaN for a probability of 0 or 1. */
function normalQuantile(probability: number): number {
  return probability <= 0 || probability >= 1 ? NaN : jstat.normal.inv(probability, 0, 1);
}

/** Returns the next uniform number in [0, 1), a multiple of 2^-32. */
type RandomSource = () => number;

/**
 * Returns the random stream of an integer seed; equal seeds give equal streams. The generator is SplitMix (Steele, Lea and
 * Flood 2014, OOPSLA) with the 32-bit finaliser of MurmurHash3.
 */
export function seededRandom(seed: number): RandomSource {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = counter;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
