import type { DegradationInput, RankValues } from "../derive/degradation/degradation-input.js";
import type { SeededValue } from "../derive/degradation/seed-analysis.js";

/** The input of degradations as flat arrays, which reach a thread much faster than objects. */
export interface PackedInput extends Omit<DegradationInput, "ranks"> {
  readonly ranks: Int32Array;
  /** Number of values of baseline and candidate at each rank: two numbers a rank. */
  readonly counts: Int32Array;
  /** The seed of each value; NaN if unknown. */
  readonly seeds: Float64Array;
  readonly values: Float64Array;
  /** A number for the weights of each value: equal numbers are equal weights, and -1 is unknown. */
  readonly weights: Int32Array;
}

type PackedValues = Omit<PackedInput, "rule" | "names">;

/** The packed values of each list of ranks, in memory that threads share: rules of one request differ, and its values do not. */
const PACKED = new WeakMap<DegradationInput["ranks"], PackedValues>();

export function packInput({ ranks, rule, names }: DegradationInput): PackedInput {
  const packed = PACKED.get(ranks) ?? packValues(ranks);
  PACKED.set(ranks, packed);
  return { ...packed, rule, names };
}

function packValues(ranks: DegradationInput["ranks"]): PackedValues {
  const groups = ranks.flatMap(({ baseline, candidate }) => [baseline, candidate]);
  const total = groups.reduce((sum, { length }) => sum + length, 0);
  const seeds = new Float64Array(new SharedArrayBuffer(total * Float64Array.BYTES_PER_ELEMENT));
  const values = new Float64Array(new SharedArrayBuffer(total * Float64Array.BYTES_PER_ELEMENT));
  const weights = new Int32Array(new SharedArrayBuffer(total * Int32Array.BYTES_PER_ELEMENT));
  const numberOfHash = new Map<string, number>();
  let i = 0;
  for (const group of groups) {
    for (const { seed, value, weights: hash } of group) {
      seeds[i] = seed ?? NaN;
      weights[i] = hash == null ? -1 : (numberOfHash.get(hash) ?? numberOfHash.size);
      if (hash != null) numberOfHash.set(hash, weights[i] as number);
      values[i++] = value;
    }
  }
  return {
    ranks: Int32Array.from(ranks, ({ rank }) => rank),
    counts: Int32Array.from(groups, ({ length }) => length),
    seeds,
    values,
    weights,
  };
}

export function unpackInput({ ranks, counts, seeds, values, weights, rule, names }: PackedInput): DegradationInput {
  let start = 0;
  const nextGroup = (count = 0): SeededValue[] => {
    const group = Array.from({ length: count }, (_, i): SeededValue => {
      const seed = seeds[start + i] ?? NaN;
      const hash = weights[start + i] ?? -1;
      return {
        seed: Number.isNaN(seed) ? null : seed,
        value: values[start + i] ?? NaN,
        weights: hash < 0 ? null : String(hash),
      };
    });
    start += count;
    return group;
  };
  return {
    ranks: Array.from(ranks, (rank, i): RankValues => {
      const baseline = nextGroup(counts[2 * i]);
      return { rank, baseline, candidate: nextGroup(counts[2 * i + 1]) };
    }),
    rule,
    names,
  };
}
