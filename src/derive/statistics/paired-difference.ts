import { bootstrapInterval } from "./bootstrap.js";
import type { BootstrapMethod } from "./bootstrap-draws.js";
import type { ValuePair } from "./mean-test.js";
import { meanOf, type Interval } from "./sample.js";

interface PairedBootstrap {
  /** BCa by default. */
  readonly method?: BootstrapMethod | undefined;
  readonly confidence: number;
  readonly resamples: number;
  /** Equal seeds give equal intervals. */
  readonly seed: number;
  /** Called between chunks of draws; it throws to stop. */
  readonly onDraws?: ((draws: number) => void) | undefined;
}

/** The mean of candidate - baseline over items that both runs have. */
export interface PairedDifference {
  readonly mean: number;
  /** Number of pairs. */
  readonly n: number;
  /** Bootstrap interval over the pairs. Null with fewer than eight pairs, or without variation. */
  readonly interval: Interval | null;
}

/** With fewer pairs, a bootstrap interval is too narrow. */
const MIN_PAIRS = 8;

/**
 * Returns the mean difference of paired values with a bootstrap interval that resamples pairs, so that what an item has in
 * common under both runs cancels. Undefined without pairs.
 */
export function pairedDifference(pairs: readonly ValuePair[], options: PairedBootstrap): PairedDifference | undefined {
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(({ baseline, candidate }) => candidate - baseline);
  const statistic = ([values = []]: readonly (readonly number[])[]) => meanOf(values);
  const interval =
    pairs.length < MIN_PAIRS
      ? undefined
      : bootstrapInterval([differences], statistic, {
          ...options,
          method: options.method ?? "BOOTSTRAP_BCA",
          influences: influencesOnMean,
        });
  return { mean: meanOf(differences), n: pairs.length, interval: interval ?? null };
}

/** Returns the influence of each value on the mean, which is its distance from the mean. */
function influencesOnMean(values: readonly number[]): number[] {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}
