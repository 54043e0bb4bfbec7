import jstat from "jstat";
import { quantile } from "./quantile.js";
import { meanOf, type Interval } from "./sample.js";
import { seededRandom } from "./seeded-random.js";

export type BootstrapMethod = "BOOTSTRAP_PERCENTILE" | "BOOTSTRAP_BCA";

export interface BootstrapOptions {
  readonly method: BootstrapMethod;
  readonly confidence: number;
  /** Number of resamples. */
  readonly resamples: number;
  /** Equal seeds give equal intervals. */
  readonly seed: number;
}

/** Independent groups of values. */
type Groups = readonly (readonly number[])[];

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
  const { method, confidence, resamples, seed } = options;
  if (groups.some((group) => group.length < 2)) return undefined;
  const random = seededRandom(seed);
  const resample = (group: readonly number[]) => group.map(() => group[Math.floor(random() * group.length)] as number);
  const distribution = Float64Array.from({ length: resamples }, () => statistic(groups.map(resample))).sort();
  if (!distribution.every(Number.isFinite)) return undefined;
  const tail = (1 - confidence) / 2;
  const correct = method === "BOOTSTRAP_BCA" ? bcaCorrection(groups, statistic, distribution) : undefined;
  const lowLevel = correct === undefined ? tail : correct(tail);
  const highLevel = correct === undefined ? 1 - tail : correct(1 - tail);
  if (!Number.isFinite(lowLevel) || !Number.isFinite(highLevel)) return undefined;
  return { low: quantile(distribution, lowLevel), high: quantile(distribution, highLevel), confidence };
}

/** Returns the function that maps a level to the level that BCa reads from the distribution. Its value may be NaN. */
function bcaCorrection(groups: Groups, statistic: Statistic, distribution: Float64Array): (level: number) => number {
  const observed = statistic(groups);
  // Ties count as one half.
  const below = distribution.filter((value) => value < observed).length;
  const notAbove = distribution.filter((value) => value <= observed).length;
  const bias = normalQuantile((below + notAbove) / (2 * distribution.length));
  const acceleration = jackknifeAcceleration(groups, statistic);
  return (level) => {
    const z = bias + normalQuantile(level);
    return jstat.normal.cdf(bias + z / (1 - acceleration * z), 0, 1);
  };
}

function jackknifeAcceleration(groups: Groups, statistic: Statistic): number {
  let cubes = 0;
  let squares = 0;
  for (const influences of groups.map((_, i) => jackknifeInfluences(groups, i, statistic))) {
    const n = influences.length;
    cubes += influences.reduce((sum, value) => sum + value ** 3, 0) / n ** 3;
    squares += influences.reduce((sum, value) => sum + value ** 2, 0) / n ** 2;
  }
  return cubes / (6 * squares ** 1.5);
}

/** Returns the influence on `statistic` of each value in the group at `index`: what changes if the value is left out. */
function jackknifeInfluences(groups: Groups, index: number, statistic: Statistic): number[] {
  const group = groups[index] ?? [];
  const leaveOneOut = group.map((_, omitted) => {
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
