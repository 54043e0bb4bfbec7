import type { LayerDivergence, LayerWeightGap } from "../../model/layer-sensitivity.js";
import type { LayerScores, RankSensitivity } from "./layer-seed-test.js";

/** Facts of the runs of one rank. */
export interface RankFacts<Fact> {
  readonly rank: number;
  /** Number of pairs of runs with equal seeds at the rank. */
  readonly available: number;
  /** The values of all layers for each measured pair. */
  readonly pairs: readonly SeedFacts<Fact>[];
}

export interface SeedFacts<Fact> {
  /** Null is unknown. */
  readonly seed: number | null;
  readonly layers: readonly Fact[];
}

/** Facts about the sensitivity of layers. Each kind is optional. */
export interface SensitivityEvidence {
  /** KL divergence with one layer quantized, in nats per token. */
  readonly measuredSensitivity?: readonly RankFacts<{ readonly layer: string; readonly mean: number }>[] | undefined;
  /** Norms of the weights. */
  readonly fairGap?: readonly RankFacts<LayerWeightGap>[] | undefined;
}

/**
 * Returns the sensitivities by the best basis of each rank: the measured KL divergence, in nats per token, or else the fair gap
 * |(Q + dW_q) - (W + dW_l)| / |W + dW_l|. Ranks without either are left out, in ascending order of rank.
 */
export function rankSensitivities({ measuredSensitivity = [], fairGap = [] }: SensitivityEvidence): RankSensitivity[] {
  const measured = measuredSensitivity.map((facts): RankSensitivity => {
    return { ...seedsOf(facts), basis: "MEASURED_KL", layers: scoresOf(facts, ({ mean }) => mean) };
  });
  const measuredRanks = new Set(measured.filter(({ layers }) => layers.length > 0).map(({ rank }) => rank));
  const others = fairGap
    .filter(({ rank }) => !measuredRanks.has(rank))
    .map((facts): RankSensitivity => {
      return { ...seedsOf(facts), basis: "FAIR_GAP", layers: scoresOf(facts, relativeGap) };
    });
  return [...measured, ...others].filter(({ layers }) => layers.length > 0).sort((one, other) => one.rank - other.rank);
}

function seedsOf({ rank, available, pairs }: RankFacts<unknown>) {
  return { rank, available, seeds: pairs.map(({ seed }) => seed) };
}

/** Returns the scores of the layers that every pair has, in the order of the first pair. */
function scoresOf<Fact extends { readonly layer: string }>(
  { pairs }: RankFacts<Fact>,
  scoreOf: (fact: Fact) => number,
): LayerScores[] {
  const bySeed = pairs.map(({ layers }) => new Map(layers.map((fact) => [fact.layer, scoreOf(fact)])));
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
export function relativeGap({ gap, adaptedNorm }: Pick<LayerWeightGap, "gap" | "adaptedNorm">): number {
  return gap / adaptedNorm;
}
