import { validate } from "uuid";
import { failure } from "../../errors.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Loaders } from "../request/loaders.js";

/**
 * Loads the experiments of `ids`, in their order.
 *
 * @param where the argument that has the ids, for the error's message
 * @throws ARGUMENT_INVALID naming the ids without an experiment
 */
export async function knownExperiments(
  { experimentById }: Pick<Loaders, "experimentById">,
  ids: readonly string[],
  where: string,
): Promise<Experiment[]> {
  const experiments = await Promise.all(ids.map(async (id) => (validate(id) ? experimentById.load(id) : undefined)));
  const unknown = ids.filter((_, i) => experiments[i] === undefined);
  if (unknown.length > 0) {
    throw failure("ARGUMENT_INVALID", {
      where,
      received: [...new Set(unknown)].map((id) => JSON.stringify(id)).join(", "),
      allowed: "ids of stored experiments, as study { experiments { nodes { id } } } gives them",
    });
  }
  return experiments.filter((experiment) => experiment !== undefined);
}
