import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { acceptanceRule, measuredStudy } from "../../analysis/judgement/measured-study.js";
import {
  degradationTrend,
  memoryTrend,
  type RankPrediction,
  type RankTrend,
} from "../../derive/degradation/rank-trend.js";
import type { Configuration } from "../../derive/runs/comparison-roles.js";
import { failure } from "../../errors.js";
import { MetricName } from "../../model/enums/run.js";
import { TrendModel } from "../../model/enums/statistics.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { diagnosisPoints } from "../cost/estimates.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";
import { IntervalType } from "../rank/interval.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("RankPrediction", { description: "The prediction of a trend for one rank." })
class RankPredictionType implements RankPrediction {
  @Field(() => Int, { description: "The requested rank r, tested or not." })
  rank!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Predicted value, in the unit of the quantity; null if the rank is not predicted, see refusedBecause.",
  })
  value!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "Prediction interval for a new measurement; null if the rank is not predicted.",
  })
  interval!: IntervalType | null;

  @Field(() => String, { nullable: true, description: "Why this rank is not predicted; null if it is." })
  refusedBecause!: string | null;
}

@ObjectType("RankTrend", {
  description:
    "How a quantity depends on the rank. A rank is predicted only from at least four tested ranks, if the line explains 80 % of the variance, its slope is significant (p up to 0.05), and the rank is within a factor of 2 of the tested ranks.",
})
class RankTrendType implements RankTrend {
  @Field(() => String, { description: "The quantity: `peak_memory_mb of 4bit`, `degradation of training_loss`." })
  quantity!: string;

  @Field(() => String, { description: "Unit of the quantity: MB for `peak_memory_mb`, `%` for degradations." })
  unit!: string;

  @Field(() => TrendModel, { description: "Memory is assumed to be linear in r, degradation in log2 r." })
  model!: TrendModel;

  @Field(() => Int, {
    description: "Number of points of the fit: independent runs for memory, ranks for degradations.",
  })
  n!: number;

  @Field(() => [Int], { description: "Tested ranks with a value, ascending." })
  ranks!: readonly number[];

  @Field(() => Float, {
    nullable: true,
    description: "Slope b: increase of the quantity per rank, or per doubling of the rank; null without a fit.",
  })
  slope!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Intercept a: value of the line at r = 0, or at r = 1 for log2 r; null without a fit.",
  })
  intercept!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Fraction of the variance that the line explains; null without a fit.",
  })
  rSquared!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Two-sided p-value of the hypothesis slope = 0; null without a fit.",
  })
  slopeP!: number | null;

  @Field(() => [RankPredictionType], {
    description: "Predictions for the requested ranks; empty if the trend predicts nothing, see refusedBecause.",
  })
  predictions!: readonly RankPredictionType[];

  @Field(() => String, { nullable: true, description: "Why the trend predicts nothing; null if it can predict ranks." })
  refusedBecause!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Runs that are not points of the fit, and why; null if all runs with the quantity are.",
  })
  leftOut!: string | null;
}

@Resolver(() => StudyType)
export class RankTrendsResolver {
  @Costs({ points: diagnosisPoints })
  @FieldResolver(() => [RankTrendType], {
    description:
      "Peak memory of baseline and candidate, linear in the rank, and degradation of the metric, linear in log2 of the rank. Untested ranks are predicted only if the trend is reliable.",
  })
  async rankTrends(
    @Root() { id }: Study,
    @Arg("ranks", () => [Int], { description: "The ranks to predict, each 1 or more." }) ranks: number[],
    @Args(() => JudgementArguments) requested: JudgementArguments,
    @Ctx() { loaders, derivations }: Context,
  ): Promise<RankTrend[]> {
    const invalid = ranks.filter((rank) => rank < 1);
    if (invalid.length > 0) {
      throw failure("ARGUMENT_INVALID", { where: "ranks", received: invalid.join(", "), allowed: "1 or more" });
    }
    const measured = await measuredStudy(loaders, id, requested);
    const { runs, roles, metric } = measured;
    if (roles === undefined) return [];
    const degradations = await derivations.degradations({ runs, roles, rule: acceptanceRule(measured, requested) });
    const memoryOf = (configuration: Configuration) =>
      derivations.inSteps(memoryTrend(runs, configuration, MetricName.PEAK_MEMORY_MB, ranks));
    return [
      await memoryOf(roles.baseline),
      await memoryOf(roles.candidate),
      degradationTrend(degradations, metric, ranks),
    ];
  }
}
