/** Returns the maximum of `values`: -Infinity without values, NaN if one is NaN. */
export function largest(values: Iterable<number>): number {
  let maximum = -Infinity;
  for (const value of values) maximum = Math.max(maximum, value);
  return maximum;
}

/** Returns the minimum of `values`: Infinity without values, NaN if one is NaN. */
export function smallest(values: Iterable<number>): number {
  let minimum = Infinity;
  for (const value of values) minimum = Math.min(minimum, value);
  return minimum;
}
