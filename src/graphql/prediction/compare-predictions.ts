import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from "type-graphql";
import { comparePredictions } from "../../analysis/predictions/compare-predictions.js";
import { flippedItems } from "../../analysis/predictions/flipped-items.js";
import { knownExperiments } from "../../analysis/runs/known-experiments.js";
import { failure } from "../../errors.js";
import { FlipDirection, PairedIntervalMethod } from "../../model/enums/prediction.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { Requires } from "../access/requires.js";
import { afterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED } from "../cost/estimates.js";
import { checkConfidence } from "../evaluation/compare-evaluations.js";
import { readRowCursor, writeRowCursor } from "../paging/cursors.js";
import { checkPageSize } from "../paging/page.js";
import { comparisonOf, type Comparison } from "./comparison-of.js";
import { FlippedItemPage, PredictionComparisonType } from "./prediction-comparison.js";

@ArgsType()
class PredictionArguments {
  @Field(() => ID, { description: "Id of the baseline experiment." })
  baseline!: string;

  @Field(() => ID, { description: "Id of the candidate experiment." })
  candidate!: string;

  @Field(() => String, { description: "Task of both runs' predictions." })
  task!: string;

  @Field(() => String, {
    nullable: true,
    description: "Filter of lm-evaluation-harness; by default the first that both runs have.",
  })
  filter?: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Metric of single items; by default the first that both files have, else exact matches with the target.",
  })
  metric?: string;

  @Field(() => PairedIntervalMethod, {
    defaultValue: PairedIntervalMethod.T,
    description: "Method of the interval of the mean difference.",
  })
  interval!: PairedIntervalMethod;

  @Field(() => Float, { defaultValue: 0.95, description: "Confidence level of the interval, 0.5 to 0.999." })
  confidence!: number;

  @Field(() => Int, { defaultValue: 2000, description: "Bootstrap samples, 100 to 10,000." })
  resamples!: number;

  @Field(() => Int, { defaultValue: 0, description: "Seed of the bootstrap. Equal seeds give equal intervals." })
  bootstrapSeed!: number;
}

@Resolver()
export class ComparePredictionsResolver {
  @Requires("reader")
  @Costs({ points: 2 * EXPECTED.predictions })
  @Query(() => PredictionComparisonType, {
    nullable: true,
    description:
      "The answers of two runs of any studies to the same items, with paired tests. Null only together with an error.",
  })
  async comparePredictions(
    @Args(() => PredictionArguments) { baseline, candidate, ...request }: PredictionArguments,
    @Ctx() context: Context,
  ): Promise<Comparison> {
    const { interval, confidence, resamples, bootstrapSeed: seed } = request;
    checkConfidence(confidence);
    if (resamples < 100 || resamples > 10_000) {
      throw failure("ARGUMENT_INVALID", { where: "resamples", received: String(resamples), allowed: "100 to 10000" });
    }
    const [[left], [right]] = await Promise.all([
      knownExperiments(context.loaders, [baseline], "baseline"),
      knownExperiments(context.loaders, [candidate], "candidate"),
    ]);
    const experiments = [left, right] as [Experiment, Experiment];
    const analysis = { interval, confidence, resamples, seed };
    return comparisonOf(await comparePredictions(context, experiments, { ...request, analysis }));
  }
}

const LIST = "flips";

@Resolver(() => PredictionComparisonType)
export class PredictionComparisonResolver {
  @Costs({ points: ({ first }) => (typeof first === "number" ? 2 * Math.max(0, first) : 0) })
  @FieldResolver(() => FlippedItemPage, {
    description:
      "Items that flipped from right to wrong or back, with their texts. Empty for a metric with other values than 0 and 1.",
  })
  async flips(
    @Root() { compared }: Comparison,
    @Arg("direction", () => FlipDirection, { nullable: true, description: "The direction; by default both." })
    direction: FlipDirection | undefined,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
  ): Promise<FlippedItemPage> {
    const limit = checkPageSize(first, limits);
    const start = after == null ? 0 : Number(readRowCursor(LIST, ["number"], after)[0]) + 1;
    const { nodes, totalCount } = await flippedItems(database, compared, { direction, start, limit });
    const endCursor = nodes.length === 0 ? null : writeRowCursor(LIST, [start + nodes.length - 1]);
    return { totalCount, pageInfo: { hasNextPage: start + nodes.length < totalCount, endCursor }, nodes };
  }
}
