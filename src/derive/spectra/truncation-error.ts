/**
 * Returns |dW - dW_k| / |dW| for each rank k, where dW_k is the best approximation of rank k: the root of the share of the squared
 * norm in the singular values after the k-th (Eckart and Young 1936). It is what serving an adapter at a smaller rank changes in
 * the update. Null for a zero update.
 *
 * @param singularValues of dW, descending
 */
export function truncationErrors(singularValues: readonly number[], ranks: readonly number[]): (number | null)[] {
  const scale = singularValues[0] ?? 0;
  if (scale === 0) return ranks.map(() => null);
  // Dividing by the largest keeps squares from overflowing or vanishing; the small ones are added first.
  const tails = [0];
  for (const value of [...singularValues].reverse()) tails.push((tails.at(-1) ?? 0) + (value / scale) ** 2);
  const total = tails.at(-1) ?? 0;
  return ranks.map((rank) => Math.sqrt((tails[Math.max(0, singularValues.length - rank)] ?? 0) / total));
}
