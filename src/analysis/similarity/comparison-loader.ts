import DataLoader from "dataloader";
import { similaritySummary, type SimilaritySummary } from "../../derive/similarity/similarity-summary.js";
import { LAYER_ITEMS } from "./compare-updates.js";
import { takeTurn } from "../../store/in-turns.js";
import { mergeProvenances, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import { checkpointLayers, matchLayers, type CheckpointLoaders } from "../runs/checkpoint-layers.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import { compareLayers, isStored, type ComparedLayer } from "./compare-layers.js";
import type { ComparisonOptions } from "./compare-updates.js";

/** Two checkpoints to compare, of any studies. */
export interface CheckpointPair extends ComparisonOptions {
  readonly baseline: RunCheckpoint;
  readonly candidate: RunCheckpoint;
}

export interface CheckpointComparison {
  /** Every layer that either checkpoint adapts, in model order. */
  readonly layers: readonly ComparedLayer[];
  readonly summary: SimilaritySummary;
  readonly computed: Provenance | null;
  /** Whether no later request gets another result. */
  readonly isComplete: boolean;
}

/** Opens the loader of comparisons of checkpoints, which all fields of a request share. */
export function comparisonLoader(
  weights: WeightFactsLoader,
  loaders: CheckpointLoaders,
): DataLoader<CheckpointPair, CheckpointComparison, string> {
  async function load({ baseline, candidate, ...options }: CheckpointPair): Promise<CheckpointComparison> {
    const adapted = await Promise.all([checkpointLayers(loaders, baseline), checkpointLayers(loaders, candidate)]);
    await takeTurn(LAYER_ITEMS * (adapted[0].length + adapted[1].length));
    const matched = matchLayers(adapted).map(({ layer, factors }) => ({
      layer,
      baseline: factors[0],
      candidate: factors[1],
    }));
    const layers = await compareLayers(weights, matched, options);
    return {
      layers,
      summary: similaritySummary(layers.map(({ similarity }) => similarity)),
      computed: mergeProvenances(layers.map(({ computed }) => computed)),
      isComplete: layers.every(isStored),
    };
  }
  return new DataLoader((pairs) => Promise.all(pairs.map(load)), { cacheKeyFn: cacheKey });
}

function cacheKey({ baseline, candidate, scaling, waitMilliseconds }: CheckpointPair): string {
  return `${baseline.checkpoint?.id} ${candidate.checkpoint?.id} ${scaling} ${waitMilliseconds}`;
}
