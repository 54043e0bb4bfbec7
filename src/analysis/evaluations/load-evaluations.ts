import { failure } from "../../errors.js";
import type { StoredEvaluation } from "../../store/studies/evaluations.js";
import type { Loaders } from "../request/loaders.js";

/** Results of a run that are compared in one request. The largest suites have about a thousand tasks of a few metrics. */
const MAX_COMPARED_RESULTS = 10_000;

/**
 * Loads all evaluations of a run, or those of some tasks.
 *
 * @throws ARGUMENT_INVALID if the run has more than can be compared
 */
export async function loadEvaluations(
  { evaluations }: Pick<Loaders, "evaluations">,
  experimentId: string,
  tasks: readonly string[] | null,
): Promise<StoredEvaluation[]> {
  const rows = await evaluations.load({ experimentId, tasks, after: null, limit: MAX_COMPARED_RESULTS + 1 });
  if (rows.length <= MAX_COMPARED_RESULTS) return rows;
  throw failure("ARGUMENT_INVALID", {
    where: "tasks",
    received: `more than ${MAX_COMPARED_RESULTS} results of a run`,
    allowed: `up to ${MAX_COMPARED_RESULTS}`,
    fix: "Name the tasks to compare.",
  });
}
