/** The quantile of ascending `sorted` at `level` from 0 to 1, between neighbours by their distance; NaN of none. */
export function quantile(sorted: ArrayLike<number>, level: number): number {
  const place = level * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return NaN;
  // Equal neighbours first: infinities would make NaN of their difference.
  return below === above ? below : below + (place - Math.floor(place)) * (above - below);
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((left, right) => left - right),
    0.5,
  );
}
