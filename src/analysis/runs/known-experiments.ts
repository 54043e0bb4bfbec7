import { validate } from "uuid";
import { failure } from "../../errors.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Loaders } from "../request/loaders.js";

/**
 * The experiments of `ids`, in their order.
 *
 * @throws ARGUMENT_INVALID naming the ids that are no experiment's
 */
export async function knownExperiments(
  { experimentById }: Pick<Loaders, "experimentById">,
  ids: readonly string[],
  where: string,
): Promise<Experiment[]> {
  const found = await Promise.all(ids.map(async (id) => (validate(id) ? experimentById.load(id) : undefined)));
  const unknown = ids.filter((_, i) => found[i] === undefined);
  if (unknown.length > 0) {
    throw failure("ARGUMENT_INVALID", {
      where,
      received: [...new Set(unknown)].map((id) => JSON.stringify(id)).join(", "),
      allowed: "ids of stored experiments, as study { experiments { nodes { id } } } gives them",
    });
  }
  return found.filter((experiment) => experiment !== undefined);
}
