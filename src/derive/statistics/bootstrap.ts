import jstat from "jstat";
import { seededRandom } from "./seeded-random.js";
import { quantile } from "./quantile.js";
import type { Interval } from "./sample.js";

export type BootstrapMethod = "BOOTSTRAP_PERCENTILE" | "BOOTSTRAP_BCA";

export interface BootstrapOptions {
  readonly method: BootstrapMethod;
  readonly confidence: number;
  /** How many samples are drawn. */
  readonly resamples: number;
  /** The same seed gives the same interval. */
  readonly seed: number;
}

type Groups = readonly (readonly number[])[];

/**
 * Bootstrap interval of `statistic` over independent groups of values, each drawn from itself with replacement:
 * percentile, or bias-corrected and accelerated (Efron 1987, JASA 82), the acceleration of several groups by their pooled
 * jackknife (Davison and Hinkley 1997, section 5.3).
 * Undefined where a group has fewer than two values, a drawn statistic is not finite, or the correction has no value.
 */
export function bootstrapInterval(
  groups: Groups,
  statistic: (groups: Groups) => number,
  options: BootstrapOptions,
): Interval | undefined {
  const { method, confidence, resamples, seed } = options;
  if (groups.some((group) => group.length < 2)) return undefined;
  const next = seededRandom(seed);
  const draw = (group: readonly number[]) => group.map(() => group[Math.floor(next() * group.length)] as number);
  const drawn = Float64Array.from({ length: resamples }, () => statistic(groups.map(draw))).sort();
  if (!drawn.every(Number.isFinite)) return undefined;
  const tail = (1 - confidence) / 2;
  const levels =
    method === "BOOTSTRAP_PERCENTILE" ? [tail, 1 - tail] : correctedLevels(groups, statistic, drawn, [tail, 1 - tail]);
  if (!levels.every(Number.isFinite)) return undefined;
  const [low, high] = levels.map((level) => quantile(drawn, level)) as [number, number];
  return { low, high, confidence };
}

/** The levels at which BCa reads the drawn distribution; NaN where it cannot say. */
function correctedLevels(
  groups: Groups,
  statistic: (groups: Groups) => number,
  drawn: Float64Array,
  levels: readonly number[],
): number[] {
  const observed = statistic(groups);
  // Ties count half.
  const below = drawn.filter((value) => value < observed).length;
  const upTo = drawn.filter((value) => value <= observed).length;
  const bias = normalQuantile((below + upTo) / (2 * drawn.length));
  const acceleration = accelerationOf(groups, statistic);
  return levels.map((level) => {
    const z = bias + normalQuantile(level);
    return jstat.normal.cdf(bias + z / (1 - acceleration * z), 0, 1);
  });
}

function accelerationOf(groups: Groups, statistic: (groups: Groups) => number): number {
  let [cubes, squares] = [0, 0];
  groups.forEach((group, at) => {
    const without = group.map((_, i) =>
      statistic(groups.map((other, place) => (place === at ? other.filter((__, j) => j !== i) : other))),
    );
    const mean = without.reduce((sum, value) => sum + value, 0) / group.length;
    const influences = without.map((value) => (group.length - 1) * (mean - value));
    cubes += influences.reduce((sum, value) => sum + value ** 3, 0) / group.length ** 3;
    squares += influences.reduce((sum, value) => sum + value ** 2, 0) / group.length ** 2;
  });
  return cubes / (6 * squares ** 1.5);
}

/** Not finite at 0 and 1. */
function normalQuantile(probability: number): number {
  return probability <= 0 || probability >= 1 ? NaN : jstat.normal.inv(probability, 0, 1);
}
