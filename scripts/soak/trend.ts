import jstat from "jstat";

export interface Trend {
  readonly mean: number;
  /** Change from the first to the last value by the fitted line, and its 95 % interval. */
  readonly change: number;
  readonly low: number;
  readonly high: number;
}

/** Values that follow each other are not independent of each other: their means over this many blocks nearly are. */
const BLOCKS = 12;

/** A straight line by least squares through block means; its slope's interval by Student's t. */
export function trendOf(values: readonly number[]): Trend {
  const size = Math.max(1, Math.floor(values.length / BLOCKS));
  const means = Array.from({ length: Math.floor(values.length / size) }, (_, block) =>
    meanOf(values.slice(block * size, (block + 1) * size)),
  );
  const n = means.length;
  const middle = (n - 1) / 2;
  const mean = meanOf(means);
  const spread = means.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = means.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  const residual = means.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0);
  const half = jstat.studentt.inv(0.975, n - 2) * Math.sqrt(residual / (n - 2) / spread);
  const change = (per: number) => per * (n - 1);
  return { mean, change: change(slope), low: change(slope - half), high: change(slope + half) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
