import DataLoader from "dataloader";
import { similaritySummary, type SimilaritySummary } from "../../derive/similarity/similarity-summary.js";
import {
  checkpointLayers,
  matchedLayers,
  type CheckpointReads,
  type RunCheckpoint,
} from "../runs/checkpoint-layers.js";
import type { ComparisonAsked } from "./compare-updates.js";
import { compareLayers, type ComparedLayer } from "./compare-layers.js";
import { together, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

/** Two checkpoints to compare, of any studies. */
export interface CheckpointPair extends ComparisonAsked {
  readonly baseline: RunCheckpoint;
  readonly candidate: RunCheckpoint;
}

export interface CheckpointComparison {
  /** Every layer that either adapts, in model order. */
  readonly layers: readonly ComparedLayer[];
  readonly summary: SimilaritySummary;
  readonly computed: Provenance | null;
}

/** Loads comparisons of checkpoints, for all fields that rest on them. */
export function comparisonLoader(
  weights: WeightFactsLoader,
  reads: CheckpointReads,
): DataLoader<CheckpointPair, CheckpointComparison, string> {
  const load = async ({ baseline, candidate, ...asked }: CheckpointPair): Promise<CheckpointComparison> => {
    const adapted = await Promise.all([checkpointLayers(reads, baseline), checkpointLayers(reads, candidate)]);
    const sides = matchedLayers(adapted).map(({ layer, sides: [left, right] }) => ({ layer, left, right }));
    const layers = await compareLayers(weights, sides, asked);
    return {
      layers,
      summary: similaritySummary(layers.map(({ similarity }) => similarity)),
      computed: together(layers.map(({ computed }) => computed)),
    };
  };
  return new DataLoader((pairs) => Promise.all(pairs.map(load)), { cacheKeyFn: keyOf });
}

function keyOf({ baseline, candidate, scaling, waitMilliseconds }: CheckpointPair): string {
  return `${baseline.checkpoint?.id} ${candidate.checkpoint?.id} ${scaling} ${waitMilliseconds}`;
}
