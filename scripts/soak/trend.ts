import jstat from "jstat";

export interface Trend {
  readonly mean: number;
  /** Change of the fitted line from the first to the last block. */
  readonly change: number;
  /** Lower end of the change's 95 % interval. */
  readonly low: number;
  /** Upper end of the change's 95 % interval. */
  readonly high: number;
}

/** Number of blocks. Successive values are correlated; the means of this many blocks are nearly independent. */
const BLOCKS = 12;

/** Fits a line to the means of blocks of `values` by least squares. The interval uses Student's t distribution. */
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
  const changeFrom = (perBlock: number) => perBlock * (n - 1);
  return { mean, change: changeFrom(slope), low: changeFrom(slope - half), high: changeFrom(slope + half) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
