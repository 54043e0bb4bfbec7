import type { PairStatistics } from "../similarity/pair-statistics.js";
import type { SensitivityBasis } from "../../model/enums/sensitivity.js";
import { layerScores } from "./layer-scores.js";
import type { RankSensitivity } from "./layer-seed-test.js";
import { OUTLIER_Z, robustZ } from "../statistics/order-statistics.js";

/** The sensitivity of a layer by the best basis at hand, and its position among the layers. */
export interface LayerSensitivity {
  /** The kind of score. Only UPDATE_DIVERGENCE is known from adapters alone, and it is no measure of sensitivity. */
  readonly basis: SensitivityBasis;
  /**
   * Mean over the pairs of seeds: KL divergence in nats per token, the relative gap of the weights, or update divergence, which is
   * 1 - mean cosine similarity of the updates of baseline and candidate, 0 for equal and 1 for orthogonal updates. Null if
   * undefined, and while a pair is pending.
   */
  readonly score: number | null;
  /**
   * 1 is the largest score; equal scores share a position. Null without a score, and for all layers while one is
   * pending, because it may precede any of them.
   */
  readonly position: number | null;
  /** Modified z-score among the layers (robustZ). Null without a position, or if it is undefined. */
  readonly robustZ: number | null;
  /** Whether the layer is an outlier in either direction: |robust z| above 3.5. Null without a robust z. */
  readonly standsOut: boolean | null;
}

interface SensitiveLayer {
  readonly layer: { readonly name: string };
  readonly cosine: PairStatistics;
}

/**
 * Returns the layers by score, the largest first. Layers with an undefined score come last, in their order.
 *
 * @param measured the sensitivities of the rank; by default the update divergence is the score
 */
export function layerSensitivity<Entry extends SensitiveLayer>(
  layers: readonly Entry[],
  measured?: Pick<RankSensitivity, "basis" | "layers">,
): (Entry & LayerSensitivity)[] {
  const measuredScore = measured === undefined ? undefined : layerScores(measured);
  const scoreOf = ({ layer, cosine: { mean } }: SensitiveLayer): number | null => {
    if (measuredScore !== undefined) return measuredScore(layer.name) ?? null;
    return mean === null ? null : 1 - mean;
  };
  const scores = layers.map(scoreOf).filter((score) => score !== null);
  const isPending = measured === undefined && layers.some(({ cosine }) => cosine.pendingJobs.length > 0);
  const zByScore = new Map(robustZ(scores).map((z, i) => [scores[i] ?? NaN, z]));
  const basis = measured?.basis ?? "UPDATE_DIVERGENCE";
  const sensitivityOf = (entry: Entry): LayerSensitivity => {
    const score = scoreOf(entry);
    if (score === null || isPending) return { basis, score, position: null, robustZ: null, standsOut: null };
    const z = zByScore.get(score) ?? null;
    return {
      basis,
      score,
      position: 1 + scores.filter((other) => other > score).length,
      robustZ: z,
      standsOut: z === null ? null : Math.abs(z) > OUTLIER_Z,
    };
  };
  return layers
    .map((entry) => ({ ...entry, ...sensitivityOf(entry) }))
    .sort((left, right) => compareScores(right.score, left.score));
}

/** Compares two scores. Null is below every score. */
function compareScores(left: number | null, right: number | null): number {
  if (left !== null && right !== null) return left - right;
  if (left === right) return 0;
  return left === null ? -1 : 1;
}
