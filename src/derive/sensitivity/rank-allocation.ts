/** A layer that receives a rank. */
export interface AllocationLayer {
  /** Module path in the base model. */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** The benefit of rank in this layer. 0 or more. */
  readonly sensitivity: number;
}

interface AllocationRule {
  /** Maximum number of parameters of all factors together. */
  readonly budget: number;
  /** Ranks to choose from, ascending, each 1 or more. */
  readonly allowedRanks: readonly number[];
}

export interface LayerRank {
  /** Name of the layer. */
  readonly layer: string;
  readonly rank: number;
}

interface Allocation {
  readonly ranks: readonly LayerRank[];
  /** Number of parameters of all factors: the sum of rank (in + out). */
  readonly parameters: number;
}

/**
 * Distributes a budget of parameters by sensitivity. Every layer starts at the smallest allowed rank. Then the layer step to
 * the next allowed rank with the largest gain per parameter is taken, until the budget allows no further step. A step from
 * rank a to b gains sensitivity * log2(b / a): this assumes that each doubling of a layer's rank is worth the same. Ties go
 * to the first layer.
 *
 * Undefined if the budget does not cover the smallest rank in every layer.
 */
export function allocateRanks(
  layers: readonly AllocationLayer[],
  { budget, allowedRanks }: AllocationRule,
): Allocation | undefined {
  const [smallestRank] = allowedRanks;
  if (layers.length === 0 || smallestRank === undefined) return undefined;
  const allocated = layers.map((layer) => ({ layer, rankIndex: 0 }));
  let remaining = budget - smallestRank * layers.reduce((sum, layer) => sum + parametersPerRank(layer), 0);
  if (remaining < 0) return undefined;
  for (;;) {
    const step = bestStep(allocated, allowedRanks, remaining);
    if (step === undefined) break;
    step.entry.rankIndex++;
    remaining -= step.price;
  }
  return {
    ranks: allocated.map(({ layer, rankIndex }) => ({
      layer: layer.name,
      rank: allowedRanks[rankIndex] ?? smallestRank,
    })),
    parameters: budget - remaining,
  };
}

/** A layer with the index of its rank in the allowed ranks. */
interface AllocatedLayer {
  readonly layer: AllocationLayer;
  rankIndex: number;
}

/** The step of one layer to its next allowed rank. */
interface Step {
  readonly entry: AllocatedLayer;
  /** Number of parameters. */
  readonly price: number;
  /** Gain per parameter. */
  readonly worth: number;
}

/** Returns the affordable step with the largest positive worth. A layer with sensitivity 0 never gains. */
function bestStep(
  allocated: readonly AllocatedLayer[],
  allowedRanks: readonly number[],
  remaining: number,
): Step | undefined {
  let best: Step | undefined;
  for (const entry of allocated) {
    const rank = allowedRanks[entry.rankIndex];
    const nextRank = allowedRanks[entry.rankIndex + 1];
    if (rank === undefined || nextRank === undefined) continue;
    const price = (nextRank - rank) * parametersPerRank(entry.layer);
    const worth = (entry.layer.sensitivity * Math.log2(nextRank / rank)) / price;
    if (price <= remaining && worth > (best?.worth ?? 0)) best = { entry, price, worth };
  }
  return best;
}

function parametersPerRank({ inFeatures, outFeatures }: AllocationLayer): number {
  return inFeatures + outFeatures;
}
