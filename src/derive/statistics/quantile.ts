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
