/** A layer to give a rank to. */
export interface AllocationLayer {
  /** Module path in the base model. */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Not negative; how much rank is worth here. */
  readonly sensitivity: number;
}

export interface AllocationRule {
  /** The most parameters that all factors may have together. */
  readonly budget: number;
  /** Ranks to choose from, ascending, each 1 or more. */
  readonly allowedRanks: readonly number[];
}

export interface Allocation {
  readonly ranks: readonly { readonly layer: string; readonly rank: number }[];
  /** Parameters of all factors: the sum of rank (in + out). */
  readonly parameters: number;
}

/**
 * Spends a budget of parameters where sensitivity is. Every layer begins with the least allowed rank; then, again and again,
 * the step to the next allowed rank that gains most for its parameters is taken, among those that the budget still allows.
 * A step from rank a to b gains sensitivity * log2(b / a): each doubling of a layer's rank is taken to be worth the same,
 * which is an assumption, and the only one. Ties go to the layer that comes first.
 *
 * Undefined where the budget does not hold the least rank everywhere.
 */
export function allocateRanks(
  layers: readonly AllocationLayer[],
  { budget, allowedRanks }: AllocationRule,
): Allocation | undefined {
  const given = layers.map((layer) => ({ layer, at: 0, cost: layer.inFeatures + layer.outFeatures }));
  const rankOf = (at: number) => allowedRanks[at];
  let left = budget - given.reduce((sum, { cost }) => sum + cost * (rankOf(0) ?? 0), 0);
  if (layers.length === 0 || allowedRanks.length === 0 || left < 0) return undefined;
  for (;;) {
    let best: { entry: (typeof given)[number]; price: number; worth: number } | undefined;
    for (const entry of given) {
      const [now, next] = [rankOf(entry.at), rankOf(entry.at + 1)];
      if (now === undefined || next === undefined) continue;
      const price = (next - now) * entry.cost;
      const worth = (entry.layer.sensitivity * Math.log2(next / now)) / price;
      // Where sensitivity is 0 more rank is worth nothing, however much is left.
      if (price <= left && worth > (best?.worth ?? 0)) best = { entry, price, worth };
    }
    if (best === undefined) break;
    best.entry.at++;
    left -= best.price;
  }
  return {
    ranks: given.map(({ layer, at }) => ({ layer: layer.name, rank: rankOf(at) ?? 0 })),
    parameters: budget - left,
  };
}
