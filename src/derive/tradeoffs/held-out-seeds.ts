import { meanOf } from "../statistics/sample.js";
import type { Steps } from "../steps.js";
import type { ConfigurationResult } from "./configuration-result.js";

/** The value that choosing the best configuration reaches on seeds that the choice did not see. */
export interface HeldOutValue {
  readonly mean: number;
  /** Number of seeds, each of which was left out once. */
  readonly seeds: number;
}

/**
 * Returns the mean value, over the seeds that all configurations have, of the configuration that is best on the other seeds.
 * The mean of the best configuration is too good on average, because the choice favours luck; this value is not. Undefined for
 * fewer than two common seeds or configurations. Takes time linear in the number of values, in steps of one configuration or
 * seed.
 */
export function* heldOutValue(
  results: readonly ConfigurationResult[],
  metric: string,
  higherIsBetter: boolean,
): Steps<HeldOutValue | undefined> {
  const valuesBySeed: ReadonlyMap<number, number>[] = [];
  for (const result of results) {
    yield result.runs.length;
    valuesBySeed.push(seedValues(result, metric));
  }
  const [first, ...others] = valuesBySeed;
  const seeds = [...(first?.keys() ?? [])].filter((seed) => others.every((values) => values.has(seed)));
  if (results.length < 2 || seeds.length < 2) return undefined;
  const better = higherIsBetter ? -1 : 1;
  const totals = valuesBySeed.map((values) => seeds.reduce((sum, seed) => sum + (values.get(seed) ?? NaN), 0));
  const heldOut: number[] = [];
  for (const seed of seeds) {
    yield results.length;
    const scores = valuesBySeed.map((values, i) => better * ((totals[i] ?? NaN) - (values.get(seed) ?? NaN)));
    const best = scores.reduce((chosen, score, i) => (score < (scores[chosen] ?? Infinity) ? i : chosen), 0);
    heldOut.push(valuesBySeed[best]?.get(seed) ?? NaN);
  }
  return { mean: meanOf(heldOut), seeds: seeds.length };
}

/** Returns the finite values of known seeds that have exactly one run. */
function seedValues({ runs }: ConfigurationResult, metric: string): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  const repeated = new Set<number>();
  for (const { seed, metrics } of runs) {
    const value = metrics.get(metric);
    if (seed === null || value === undefined || !Number.isFinite(value)) continue;
    if (values.has(seed)) repeated.add(seed);
    values.set(seed, value);
  }
  return new Map([...values].filter(([seed]) => !repeated.has(seed)));
}
