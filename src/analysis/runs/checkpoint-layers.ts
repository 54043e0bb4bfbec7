import type DataLoader from "dataloader";
import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";
import type { StoredFactors } from "../../model/stored-factors.js";
import type { Layer } from "../../store/studies/layers.js";

/** The loaders that tell which layers a checkpoint has. */
export interface CheckpointReads {
  /** Layers of a study in model order, by the study's id. */
  readonly layers: DataLoader<string, Layer[]>;
  /** Factors by their checkpoint's id. */
  readonly factors: DataLoader<string, StoredFactors[]>;
}

/** A run with the checkpoint that is looked at; undefined where its folder holds no weights. */
export interface RunCheckpoint {
  readonly experiment: Experiment;
  readonly checkpoint: Checkpoint | undefined;
}

/** A layer that a checkpoint adapts. */
export interface AdaptedLayer {
  readonly layer: Layer;
  readonly factors: StoredFactors;
}

/** Returns the final checkpoint of a run, as the store determines it. */
export function comparableCheckpoint(experiment: Experiment | null): Checkpoint | undefined {
  return experiment?.checkpoints.find(({ id }) => id === experiment.finalCheckpointId);
}

/** The layers that a checkpoint adapts, in model order. */
export async function checkpointLayers(
  reads: CheckpointReads,
  { experiment, checkpoint }: RunCheckpoint,
): Promise<AdaptedLayer[]> {
  if (checkpoint === undefined) return [];
  const [layers, factors] = await Promise.all([
    reads.layers.load(experiment.studyId),
    reads.factors.load(checkpoint.id),
  ]);
  const byLayer = new Map(factors.map((row) => [row.layerId, row]));
  return layers.flatMap((layer) => {
    const found = byLayer.get(layer.id);
    return found === undefined ? [] : [{ layer, factors: found }];
  });
}

/**
 * The layers that any of several checkpoints adapts, matched by name whatever the study, in model order; `sides[i]` are
 * the factors of the i-th checkpoint. The layer is that of the first checkpoint that has it.
 */
export function matchedLayers(
  checkpoints: readonly (readonly AdaptedLayer[])[],
): { layer: Layer; sides: (StoredFactors | undefined)[] }[] {
  const matched = new Map<string, { layer: Layer; sides: (StoredFactors | undefined)[] }>();
  checkpoints.forEach((layers, i) => {
    for (const { layer, factors } of layers) {
      const entry = matched.get(layer.name) ?? { layer, sides: checkpoints.map(() => undefined) };
      entry.sides[i] = factors;
      matched.set(layer.name, entry);
    }
  });
  return [...matched.values()].sort((left, right) => inModelOrder(left.layer, right.layer));
}

/** As store/layers.ts orders them. */
function inModelOrder(left: Layer, right: Layer): number {
  return (
    (left.index ?? -1) - (right.index ?? -1) || compare(left.module, right.module) || compare(left.name, right.name)
  );
}

const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
