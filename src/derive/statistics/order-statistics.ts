/** A value is an outlier if its |robust z| exceeds this (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers, p. 12). */
export const OUTLIER_Z = 3.5;

/** 0.75 quantile of the standard normal distribution. MAD / 0.6745 estimates the standard deviation. */
export const MAD_TO_SIGMA = 0.6744897501960817;

/** Minimum number of values that give a meaningful deviation. */
const MIN_VALUES = 5;

/**
 * Returns the quantile of `sorted` at `level`, with linear interpolation between neighbours (type 7 of Hyndman and Fan
 * 1996, The American Statistician 50). NaN if `sorted` is empty.
 *
 * @param sorted ascending
 * @param level 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, level: number): number {
  const position = level * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return NaN;
  // The difference of two equal infinities is NaN.
  if (below === above) return below;
  return below + (position - Math.floor(position)) * (above - below);
}

/** Returns the median of `values`, in any order. NaN if `values` is empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return quantile(sorted, 0.5);
}

/**
 * Returns the modified z-score 0.6745 (value - median) / MAD of each value. Outliers do not inflate the MAD (median
 * absolute deviation). All scores are null for fewer than five values, or if more than half of them are equal (MAD = 0).
 */
export function robustZ(values: readonly number[]): (number | null)[] {
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  if (values.length < MIN_VALUES || deviation === 0) return values.map(() => null);
  return values.map((value) => (MAD_TO_SIGMA * (value - middle)) / deviation);
}
