import { countOf } from "../../model/count-of.js";
import { meanOf } from "../statistics/sample.js";
import type { Steps } from "../steps.js";
import { formatList } from "../wording.js";
import { resultName, type ConfigurationResult } from "./configuration-result.js";

/** The value that choosing the best configuration reaches on seeds that the choice did not see. */
export interface HeldOutValue {
  readonly mean: number;
  /** Number of seeds, each of which was left out once. */
  readonly seeds: number;
  /** Number of configurations that the choice was among. */
  readonly configurations: number;
}

/** The value, and the reason why it does not exist or leaves configurations out. */
export interface HeldOut {
  readonly value: HeldOutValue | undefined;
  /** Null if every configuration took part. */
  readonly reason: string | null;
}

/** Fewer seeds leave nothing to choose by when one is left out. */
const MIN_SEEDS = 2;

/**
 * Returns the mean value, over the seeds that the configurations have in common, of the configuration that is best on the other
 * seeds. The mean of the best configuration is too good on average, because the choice favours luck; this value is not. A
 * configuration with a single seed has no other seed to be chosen by, and does not take part. Undefined for fewer than two
 * configurations or common seeds. Takes time linear in the number of values, in steps of one configuration or seed.
 */
export function* heldOutValue(
  results: readonly ConfigurationResult[],
  metric: string,
  higherIsBetter: boolean,
): Steps<HeldOut> {
  const entries: { readonly result: ConfigurationResult; readonly values: SeedValues }[] = [];
  for (const result of results) {
    yield result.runs.length;
    entries.push({ result, values: seedValues(result, metric) });
  }
  const taking = entries.filter(({ values }) => values.size >= MIN_SEEDS);
  const leftOut = entries.filter(({ values }) => values.size < MIN_SEEDS).map(({ result }) => resultName(result));
  const partial =
    leftOut.length === 0
      ? null
      : `Without ${formatList(leftOut)}: fewer than ${MIN_SEEDS} known seeds with one run each.`;
  if (taking.length < 2) {
    const because = `Fewer than two fitting configurations have ${MIN_SEEDS} seeds.`;
    return { value: undefined, reason: [because, partial].filter((text) => text !== null).join(" ") };
  }
  const valuesBySeed = taking.map(({ values }) => values);
  const seeds = commonSeeds(valuesBySeed);
  if (seeds.length < MIN_SEEDS) {
    return {
      value: undefined,
      reason: `The fitting configurations have ${countOf(seeds.length, "seed")} in common (needed: ${MIN_SEEDS}).`,
    };
  }
  const mean = meanOf(yield* heldOutValues(valuesBySeed, seeds, higherIsBetter));
  return { value: { mean, seeds: seeds.length, configurations: taking.length }, reason: partial };
}

type SeedValues = ReadonlyMap<number, number>;

function commonSeeds([first, ...others]: readonly SeedValues[]): number[] {
  return [...(first?.keys() ?? [])].filter((seed) => others.every((values) => values.has(seed)));
}

/** Returns, for each seed, the value on it of the configuration that is best on the other seeds. */
function* heldOutValues(
  valuesBySeed: readonly SeedValues[],
  seeds: readonly number[],
  higherIsBetter: boolean,
): Steps<number[]> {
  const better = higherIsBetter ? -1 : 1;
  const totals = valuesBySeed.map((values) => seeds.reduce((sum, seed) => sum + (values.get(seed) ?? NaN), 0));
  const heldOut: number[] = [];
  for (const seed of seeds) {
    yield valuesBySeed.length;
    const scores = valuesBySeed.map((values, i) => better * ((totals[i] ?? NaN) - (values.get(seed) ?? NaN)));
    const best = scores.reduce((chosen, score, i) => (score < (scores[chosen] ?? Infinity) ? i : chosen), 0);
    heldOut.push(valuesBySeed[best]?.get(seed) ?? NaN);
  }
  return heldOut;
}

/** Returns the finite values of known seeds that have exactly one run. */
function seedValues({ runs }: ConfigurationResult, metric: string): SeedValues {
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
