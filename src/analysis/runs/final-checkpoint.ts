import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";

/**
 * Returns the checkpoint that represents a run in comparisons; undefined where the run has none. The store decides which one
 * it is, in SQL (store/studies/final-checkpoint.ts).
 */
export function finalCheckpoint({
  checkpoints,
  finalCheckpointId,
}: Pick<Experiment, "checkpoints" | "finalCheckpointId">): Checkpoint | undefined {
  return checkpoints.find(({ id }) => id === finalCheckpointId);
}
