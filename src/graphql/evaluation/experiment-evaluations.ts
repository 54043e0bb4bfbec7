import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/studies/experiments.js";
import type { EvaluationRecord } from "../../model/evaluations.js";
import { afterArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { readRowCursor, writeRowCursor } from "../paging/cursors.js";
import { checkRowCount } from "../paging/page.js";
import { EvaluationPage } from "./evaluation-type.js";

/** Name of the list, for cursors. */
const LIST = "evaluations";

/** Option of arguments that select tasks. */
export const tasksArg = {
  nullable: true,
  description: "Tasks, or groups of tasks, that are returned; by default all.",
};

@Resolver(() => ExperimentType)
export class ExperimentEvaluationsResolver {
  @FieldResolver(() => EvaluationPage, {
    description:
      "Results of evaluation tools for this run: every metric of every task, by file and position in the file.",
  })
  async evaluations(
    @Root() { id }: Experiment,
    @Arg("tasks", () => [String], tasksArg) tasks: string[] | undefined,
    @Arg("first", () => Int, { ...rowCountArg, defaultValue: 100 }) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { loaders, limits }: Context,
  ): Promise<EvaluationPage> {
    const limit = checkRowCount(first, limits);
    const [source, position] = after == null ? [] : readRowCursor(LIST, ["string", "number"], after);
    const rows = await loaders.evaluations.load({
      experimentId: id,
      tasks: tasks ?? null,
      after: source === undefined ? null : { source: String(source), position: Number(position) },
      // An additional row shows that there is a next page.
      limit: limit + 1,
    });
    const nodes = rows.slice(0, limit);
    const last = nodes.at(-1);
    return {
      pageInfo: {
        hasNextPage: rows.length > limit,
        endCursor: last === undefined ? null : writeRowCursor(LIST, [last.source, last.position]),
      },
      nodes: nodes.map(publicEvaluation),
    };
  }
}

/** Returns an evaluation whose value is null where GraphQL has no number for it. */
export function publicEvaluation(evaluation: EvaluationRecord): object {
  return { ...evaluation, value: Number.isFinite(evaluation.value) ? evaluation.value : null };
}
