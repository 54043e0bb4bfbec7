import type DataLoader from "dataloader";
import { compareTexts } from "../../model/compare-texts.js";
import { layerKey } from "../../model/layer-form.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { Layer } from "../../store/studies/layers.js";
import type { RunCheckpoint } from "./run-checkpoint.js";

/** A checkpoint, and the study that it belongs to. */
export interface CheckpointKey {
  readonly id: string;
  readonly studyId: string;
}

/** The loaders from which the layers of a checkpoint are read. */
export interface CheckpointLoaders {
  /** Layers of a study in model order, by the study's id. */
  readonly layers: DataLoader<string, Layer[]>;
  readonly factors: DataLoader<CheckpointKey, StoredFactors[], string>;
}

/** A layer that a checkpoint adapts. */
export interface AdaptedLayer {
  readonly layer: Layer;
  readonly factors: StoredFactors;
}

/** A layer that any of several checkpoints adapts. */
export interface MatchedLayer {
  /** The layer of the first checkpoint that adapts it. */
  readonly layer: Layer;
  /** The factors of each checkpoint; undefined where it does not adapt the layer. */
  readonly factors: (StoredFactors | undefined)[];
}

/** Loads the layers that a checkpoint adapts, in model order. */
export async function checkpointLayers(
  loaders: CheckpointLoaders,
  { experiment, checkpoint }: RunCheckpoint,
): Promise<AdaptedLayer[]> {
  if (checkpoint === undefined) return [];
  const [layers, factors] = await Promise.all([
    loaders.layers.load(experiment.studyId),
    loaders.factors.load({ id: checkpoint.id, studyId: experiment.studyId }),
  ]);
  const byLayer = new Map(factors.map((row) => [row.layerId, row]));
  return layers.flatMap((layer) => {
    const ofLayer = byLayer.get(layer.id);
    return ofLayer === undefined ? [] : [{ layer, factors: ofLayer }];
  });
}

/**
 * Matches the layers of several checkpoints, of any studies: by name, and else by the form that a layer's name has in the files of all
 * tools. Returns them in model order.
 */
export function matchLayers(checkpoints: readonly (readonly AdaptedLayer[])[]): MatchedLayer[] {
  const matched = new Map<string, MatchedLayer>();
  checkpoints.forEach((layers, i) => {
    for (const { layer, factors } of layers) {
      const match = matched.get(layer.name) ?? { layer, factors: checkpoints.map(() => undefined) };
      match.factors[i] = factors;
      matched.set(layer.name, match);
    }
  });
  return joinNames([...matched.values()]).sort((one, other) => compareModelOrder(one.layer, other.layer));
}

/** Joins matches of layers that are the same under the names of two tools, which no checkpoint has both of. */
function joinNames(matches: readonly MatchedLayer[]): MatchedLayer[] {
  const joined = new Map<string, MatchedLayer>();
  return matches.filter((match) => {
    if (!match.factors.includes(undefined)) return true;
    const key = layerKey(match.layer);
    const known = joined.get(key);
    if (known === undefined) {
      joined.set(key, match);
      return true;
    }
    if (known.factors.some((factors, i) => factors !== undefined && match.factors[i] !== undefined)) return true;
    match.factors.forEach((factors, i) => (known.factors[i] ??= factors));
    return false;
  });
}

/** Compares two layers by model order, the order of store/studies/layers.ts. */
function compareModelOrder(one: Layer, other: Layer): number {
  return (
    (one.index ?? -1) - (other.index ?? -1) ||
    compareTexts(one.module, other.module) ||
    compareTexts(one.name, other.name)
  );
}
