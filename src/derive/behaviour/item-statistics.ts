import { summarise, type Interval } from "../statistics/sample.js";
import { studentT } from "../statistics/student-t.js";

/** A mean over the items of an evaluation set. */
export interface ItemStatistic {
  readonly mean: number;
  /** Sample standard deviation of the items' own means. Null for fewer than two items. */
  readonly standardDeviation: number | null;
  /** Number of items. */
  readonly n: number;
  /** Interval over items, by Student's t with n - 1 degrees of freedom. Null for fewer than two items, or without variation. */
  readonly interval: Interval | null;
}

/** The sum and the number of the values of one item. */
export interface ItemSum {
  readonly sum: number;
  readonly count: number;
}

/**
 * Returns the mean of all values, such as tokens, with an interval over items: tokens of one item depend on each other, so the
 * item is the unit that is sampled. The mean is a ratio of sums; its standard error is that of the linearised ratio (Cochran 1977,
 * Sampling Techniques, section 6.4). Undefined without values, or if their sum is not finite.
 */
export function meanOverItems(items: readonly ItemSum[], confidence: number): ItemStatistic | undefined {
  const used = items.filter(({ count }) => count > 0);
  const n = used.length;
  const total = used.reduce((sum, { count }) => sum + count, 0);
  const sample = summarise(used.map(({ sum, count }) => sum / count));
  if (sample === undefined) return undefined;
  const mean = used.reduce((sum, item) => sum + item.sum, 0) / total;
  if (!Number.isFinite(mean)) return undefined;
  const squares = used.reduce((sum, item) => sum + (item.sum - mean * item.count) ** 2, 0);
  const { standardDeviation } = sample;
  if (n < 2 || squares === 0 || !Number.isFinite(squares)) return { mean, standardDeviation, n, interval: null };
  const distance = (studentT(confidence, n - 1) * Math.sqrt((n / (n - 1)) * squares)) / total;
  return { mean, standardDeviation, n, interval: { low: mean - distance, high: mean + distance, confidence } };
}

/** Returns the sum and the number of values. */
export function sumOf(values: ArrayLike<number>): ItemSum {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return { sum, count: values.length };
}
