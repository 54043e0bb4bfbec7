import type { LayerDivergence, LayerWeightGap } from "../../model/layer-sensitivity.js";
import type { LayerScores, RankSensitivity } from "./layer-seed-test.js";

/** Facts of the runs of one rank: for each seed, the values of all layers. */
interface RankFacts<Fact> {
  readonly rank: number;
  readonly seeds: readonly (readonly Fact[])[];
}

/** Facts about the sensitivity of layers. Each kind is optional. */
export interface SensitivityEvidence {
  /** KL divergence with one layer quantized. */
  readonly measuredSensitivity?: readonly RankFacts<LayerDivergence>[] | undefined;
  /** Norms of the weights. */
  readonly fairGap?: readonly RankFacts<LayerWeightGap>[] | undefined;
}

/**
 * Returns the sensitivities by the best basis of each rank: the measured KL divergence, in nats per token, or else the fair gap
 * |(Q + dW_q) - (W + dW_l)| / |W + dW_l|. Ranks without either are left out, in ascending order of rank.
 */
export function rankSensitivities({ measuredSensitivity = [], fairGap = [] }: SensitivityEvidence): RankSensitivity[] {
  const measured = measuredSensitivity.map(({ rank, seeds }): RankSensitivity => {
    return { rank, basis: "MEASURED_KL", layers: scoresOf(seeds, meanDivergence) };
  });
  const measuredRanks = new Set(measured.map(({ rank }) => rank));
  const others = fairGap
    .filter(({ rank }) => !measuredRanks.has(rank))
    .map(({ rank, seeds }): RankSensitivity => {
      return { rank, basis: "FAIR_GAP", layers: scoresOf(seeds, relativeGap) };
    });
  return [...measured, ...others].filter(({ layers }) => layers.length > 0).sort((one, other) => one.rank - other.rank);
}

/** Returns the scores of the layers that every seed has, in the order of the first seed. */
function scoresOf<Fact extends { readonly layer: string }>(
  seeds: readonly (readonly Fact[])[],
  scoreOf: (fact: Fact) => number,
): LayerScores[] {
  const bySeed = seeds.map((facts) => new Map(facts.map((fact) => [fact.layer, scoreOf(fact)])));
  return [...(bySeed[0]?.keys() ?? [])].flatMap((layer) => {
    const scores = bySeed.map((scoresOfSeed) => scoresOfSeed.get(layer) ?? NaN);
    return scores.every(Number.isFinite) ? [{ layer, scores }] : [];
  });
}

/** Returns the mean over the scored tokens of all items, in nats; NaN without tokens. */
export function meanDivergence({ sums, tokens }: LayerDivergence): number {
  const total = tokens.reduce((sum, count) => sum + count, 0);
  return sums.reduce((sum, value) => sum + value, 0) / total;
}

/** Returns the fair gap; NaN for a weight of zeros. */
export function relativeGap({ gap, adaptedNorm }: LayerWeightGap): number {
  return gap / adaptedNorm;
}
