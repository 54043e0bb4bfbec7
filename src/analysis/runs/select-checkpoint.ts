import { failure } from "../../errors.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { comparableCheckpoint, type RunCheckpoint } from "./checkpoint-layers.js";

/**
 * A run with the checkpoint of the given id, or with the one that stands for it.
 *
 * @throws ARGUMENT_INVALID where the run has no such checkpoint
 */
export function checkpointOf(experiment: Experiment, id: string | null | undefined, where: string): RunCheckpoint {
  if (id == null) return { experiment, checkpoint: comparableCheckpoint(experiment) };
  const checkpoint = experiment.checkpoints.find((candidate) => candidate.id === id);
  if (checkpoint === undefined) {
    const known = experiment.checkpoints.map(({ id: other, step }) => `${other} (step ${step ?? "unknown"})`);
    throw failure("ARGUMENT_INVALID", {
      where,
      received: JSON.stringify(id),
      allowed: known.length === 0 ? `none: ${experiment.name} has no weights` : known.join(", "),
    });
  }
  return { experiment, checkpoint };
}
