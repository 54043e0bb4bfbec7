import { failure } from "../../errors.js";
import { finalCheckpoint } from "./final-checkpoint.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { RunCheckpoint } from "./checkpoint-layers.js";

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
