import { Arg, Args, Ctx, Field, FieldResolver, Float, ObjectType, Resolver, Root } from "type-graphql";
import { measuredStudy } from "../../analysis/judgement/measured-study.js";
import { experimentFinder } from "../../analysis/runs/study-runs.js";
import { recommend } from "../../derive/tradeoffs/recommend.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { bootstrapPoints } from "../cost/estimates.js";
import { MetricArguments } from "../diagnosis/judgement-arguments.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { RankType } from "../rank/rank.js";
import { StudyType } from "../study/study-type.js";

@ObjectType({ description: "A run that was not recommended." })
class RejectedAlternative {
  @Field(() => ExperimentType, { description: "The rejected run." })
  experiment!: object;

  @Field(() => String, {
    description: "The exceeded budget, or the advantage of the recommended run, with both numbers.",
  })
  rejectedBecause!: string;
}

@ObjectType("Recommendation", { description: "The best run within a budget, and why the other runs were rejected." })
class RecommendationType {
  @Field(() => ExperimentType, { nullable: true, description: "The recommended run; null if no run fits the budget." })
  experiment!: object | null;

  @Field(() => RankType, {
    nullable: true,
    description: "The rank of the recommended run; null if no run fits the budget.",
  })
  rank!: object | null;

  @Field(() => String, {
    description: "Reason in one sentence: the metric of the recommended run and how many runs fit the budgets.",
  })
  because!: string;

  @Field(() => [RejectedAlternative], { description: "All other runs of the study." })
  alternatives!: readonly RejectedAlternative[];
}

@Resolver(() => StudyType)
export class RecommendationResolver {
  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => RecommendationType, {
    description: "The run with the best metric that fits the budgets. Ties go to the smaller rank.",
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
    @Args(() => MetricArguments) requested: MetricArguments,
    @Ctx() { loaders }: Context,
  ): Promise<RecommendationType> {
    const { experiments, runs, roles, metric, higherIsBetter } = await measuredStudy(loaders, id, requested);
    const budget = {
      metric,
      higherIsBetter,
      memoryMb: memoryBudgetMb ?? null,
      timeSeconds: timeBudgetSeconds ?? null,
      degradationPercent: maxDegradationPercent ?? null,
    };
    const { run, because, alternatives } = recommend(runs, budget, roles ?? null);
    const experimentOf = experimentFinder(experiments);
    const experiment = run && experimentOf(run);
    return {
      experiment,
      rank: experiment && { ...experiment.rank, studyId: id },
      because,
      alternatives: alternatives.map(({ run: rejected, rejectedBecause }) => ({
        experiment: experimentOf(rejected),
        rejectedBecause,
      })),
    };
  }
}
