import { failure } from "../../errors.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { Loaders } from "../request/loaders.js";

/** Returns the set of this name. @throws EVALUATION_SET_NOT_FOUND */
export async function requireEvaluationSet(
  { evaluationSetByName }: Pick<Loaders, "evaluationSetByName">,
  name: string,
): Promise<StoredEvaluationSet> {
  const set = await evaluationSetByName.load(name);
  if (set === undefined) throw failure("EVALUATION_SET_NOT_FOUND", { where: "on", received: JSON.stringify(name) });
  return set;
}
