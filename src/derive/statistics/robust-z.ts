import { median } from "./quantile.js";

/** Beyond this magnitude a robust z is an outlier (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers, p. 12). */
export const OUTLIER_Z = 3.5;

/** 0.75 quantile of the standard normal: it makes the median absolute deviation estimate a standard deviation. */
export const MAD_TO_SIGMA = 0.6744897501960817;

/** Fewer values have no spread to stand out from. */
const LEAST_VALUES = 5;

/**
 * The modified z-score of each value, 0.6745 (value - median) / MAD, which the values that stand out cannot inflate.
 * All null for fewer than five values, or where more than half are equal (MAD = 0).
 */
export function robustZ(values: readonly number[]): (number | null)[] {
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  if (values.length < LEAST_VALUES || deviation === 0) return values.map(() => null);
  return values.map((value) => (MAD_TO_SIGMA * (value - middle)) / deviation);
}
