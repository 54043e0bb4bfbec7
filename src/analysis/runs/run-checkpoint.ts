import { failure } from "../../errors.js";
import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";

/** A run with the selected checkpoint; undefined where the run has no weights. */
export interface RunCheckpoint {
  readonly experiment: Experiment;
  readonly checkpoint: Checkpoint | undefined;
}

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

/**
 * Returns a run with its checkpoint of the given id, or with its final one where there is no id.
 *
 * @param where the argument that has the id, for the error's message
 * @throws ARGUMENT_INVALID where the run has no such checkpoint
 */
export function selectCheckpoint(experiment: Experiment, id: string | null | undefined, where: string): RunCheckpoint {
  if (id == null) return { experiment, checkpoint: finalCheckpoint(experiment) };
  const checkpoint = experiment.checkpoints.find((one) => one.id === id);
  if (checkpoint === undefined) {
    const known = experiment.checkpoints.map((one) => `${one.id} (step ${one.step ?? "unknown"})`);
    throw failure("ARGUMENT_INVALID", {
      where,
      received: JSON.stringify(id),
      allowed: known.length === 0 ? `none: ${experiment.name} has no weights` : known.join(", "),
    });
  }
  return { experiment, checkpoint };
}
