import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { measuredStudy } from "../../analysis/judgement/measured-study.js";
import { experimentFinder } from "../../analysis/runs/study-runs.js";
import { recommendSteps } from "../../derive/tradeoffs/recommend.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { VerdictCertainty } from "../../model/enums/statistics.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { bootstrapPoints } from "../cost/estimates.js";
import { PreferredMetricArguments } from "../diagnosis/judgement-arguments.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { IntervalType } from "../rank/interval.js";
import { RankType } from "../rank/rank.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("ConfigurationResult", { description: "The metric of one configuration at one rank, over its runs." })
class ConfigurationResultType {
  @Field(() => String, { description: "Quantization, and the method if it is not plain LoRA: `4bit`, `16bit DORA`." })
  configuration!: string;

  @Field(() => Int, { description: "The rank r." })
  rank!: number;

  @Field(() => Float, { description: "Mean of the metric over the independent runs." })
  mean!: number;

  @Field(() => IntervalType, {
    nullable: true,
    description: "95 % confidence interval of the mean by Student's t; null for a single run, and for equal values.",
  })
  interval!: Interval | null;

  @Field(() => VerdictCertainty, { description: "Whether the mean has an interval." })
  certainty!: VerdictCertainty;

  @Field(() => Int, { description: "Number of independent runs (distinct seeds and weights)." })
  n!: number;

  @Field(() => Float, { description: "The worst value of a run." })
  worst!: number;

  @Field(() => [ExperimentType], { description: "All runs of the configuration at this rank." })
  experiments!: readonly object[];
}

@ObjectType({ description: "A configuration that was not recommended." })
class RejectedAlternative {
  @Field(() => ExperimentType, {
    description: "The run of the configuration whose metric is closest to the mean; any run if none has the metric.",
  })
  experiment!: object;

  @Field(() => String, { description: "The rejected configuration: `4bit`." })
  configuration!: string;

  @Field(() => Int, { description: "Its rank r." })
  rank!: number;

  @Field(() => String, {
    description: "The exceeded budget, or the advantage of the recommended configuration, with both numbers.",
  })
  rejectedBecause!: string;
}

@ObjectType("HeldOutValue", {
  description: "Value that choosing the best configuration reaches on seeds that the choice did not see.",
})
class HeldOutValueType {
  @Field(() => Float, { description: "Mean of the metric over the seeds, each of which was left out once." })
  mean!: number;

  @Field(() => Int, { description: "Number of seeds that these configurations have in common." })
  seeds!: number;

  @Field(() => Int, {
    description: "Number of fitting configurations with at least two seeds, among which the choice was.",
  })
  configurations!: number;
}

@ObjectType("Recommendation", {
  description: "The best configuration within a budget, and why the others were rejected.",
})
class RecommendationType {
  @Field(() => ExperimentType, {
    nullable: true,
    description:
      "The run of the recommended configuration whose metric is closest to the mean; null if no configuration fits the budget.",
  })
  experiment!: object | null;

  @Field(() => RankType, { nullable: true, description: "The recommended rank; null if no configuration fits." })
  rank!: object | null;

  @Field(() => ConfigurationResultType, {
    nullable: true,
    description: "The recommended configuration with its mean, interval and worst run; null if none fits the budget.",
  })
  configuration!: ConfigurationResultType | null;

  @Field(() => String, { description: "The metric that was compared." })
  metric!: string;

  @Field(() => HeldOutValueType, {
    nullable: true,
    description:
      "Value without the winner's curse: the mean of a best configuration is too good on average. Configurations with a single seed do not take part. Null without two configurations that have two seeds in common; see heldOutReason.",
  })
  heldOut!: HeldOutValueType | null;

  @Field(() => String, {
    nullable: true,
    description: "Why heldOut is null, or which configurations it leaves out; null if every fitting one took part.",
  })
  heldOutReason!: string | null;

  @Field(() => String, {
    description: "The reason: the mean of the recommended configuration and what it was compared with.",
  })
  because!: string;

  @Field(() => [RejectedAlternative], { description: "All other configurations of the study, by rank." })
  alternatives!: readonly RejectedAlternative[];
}

@Resolver(() => StudyType)
export class RecommendationResolver {
  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => RecommendationType, {
    description:
      "The configuration and rank with the best mean that fits the budgets. Means that do not differ beyond the variation between seeds are tied: the smaller rank is recommended, then less memory.",
  })
  async recommendation(
    @Root() { id }: Study,
    @Arg("memoryBudgetMb", () => Float, {
      nullable: true,
      description: "Maximum peak memory in MB; unlimited by default.",
    })
    memoryBudgetMb: number | undefined,
    @Arg("timeBudgetSeconds", () => Float, {
      nullable: true,
      description: "Maximum training time in seconds; unlimited by default.",
    })
    timeBudgetSeconds: number | undefined,
    @Arg("maxDegradationPercent", () => Float, {
      nullable: true,
      description: "Maximum degradation against the baseline of the same rank, in percent; unlimited by default.",
    })
    maxDegradationPercent: number | undefined,
    @Args(() => PreferredMetricArguments) requested: PreferredMetricArguments,
    @Ctx() { loaders, derivations }: Context,
  ): Promise<RecommendationType> {
    const { experiments, runs, roles, metric, higherIsBetter } = await measuredStudy(loaders, id, requested);
    const budget = {
      metric,
      higherIsBetter,
      memoryMb: memoryBudgetMb ?? null,
      timeSeconds: timeBudgetSeconds ?? null,
      degradationPercent: maxDegradationPercent ?? null,
    };
    const { result, because, heldOut, alternatives } = await derivations.inSteps(
      recommendSteps(runs, budget, roles ?? null),
    );
    const experimentOf = experimentFinder(experiments);
    const experiment = result && experimentOf(result.typical);
    return {
      experiment,
      rank: experiment?.rank ? { ...experiment.rank, studyId: id } : null,
      configuration: result && {
        configuration: result.configuration,
        rank: result.rank,
        mean: result.sample.mean,
        interval: result.interval,
        certainty: result.certainty,
        n: result.sample.n,
        worst: result.worst,
        experiments: result.runs.map(experimentOf),
      },
      metric,
      heldOut: heldOut.value ?? null,
      heldOutReason: heldOut.reason,
      because,
      alternatives: alternatives.map(({ configuration, rank, run, rejectedBecause }) => ({
        experiment: experimentOf(run),
        configuration,
        rank,
        rejectedBecause,
      })),
    };
  }
}
