import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/studies/experiments.js";
import { afterArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { tasksArg } from "../evaluation/experiment-evaluations.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { readRowCursor, writeRowCursor } from "../paging/cursors.js";
import { checkRowCount } from "../paging/page.js";
import { PredictionSetPage } from "./prediction-set.js";

/** Name of the list, for cursors. */
const LIST = "predictions";

@Resolver(() => ExperimentType)
export class ExperimentPredictionsResolver {
  @FieldResolver(() => PredictionSetPage, {
    description:
      "Files with this run's answers to single items. comparePredictions compares them with those of another run.",
  })
  async predictions(
    @Root() { id }: Experiment,
    @Arg("tasks", () => [String], tasksArg) tasks: string[] | undefined,
    @Arg("first", () => Int, { ...rowCountArg, defaultValue: 100 }) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { loaders, limits }: Context,
  ): Promise<PredictionSetPage> {
    const limit = checkRowCount(first, limits);
    const [source, task, filter] = after == null ? [] : readRowCursor(LIST, ["string", "string", "string"], after);
    const sets = await loaders.predictionSets.load({
      experimentId: id,
      tasks: tasks ?? null,
      after: source === undefined ? null : [String(source), String(task), String(filter)],
      // An additional row shows that there is a next page.
      limit: limit + 1,
    });
    const nodes = sets.slice(0, limit);
    const last = nodes.at(-1);
    const endCursor = last === undefined ? null : writeRowCursor(LIST, [last.source, last.task, last.filter ?? ""]);
    return { pageInfo: { hasNextPage: sets.length > limit, endCursor }, nodes };
  }
}
