import { Arg, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { configurationName } from "../../derive/runs/comparison-roles.js";
import { meanInterval } from "../../derive/runs/configuration-means.js";
import { higherIsBetter } from "../../derive/runs/metric-direction.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { VerdictCertainty } from "../../model/enums/statistics.js";
import type { BestQuery } from "../../store/across/best-configurations.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { IntervalType } from "../rank/interval.js";
import { StudyType } from "./study-type.js";

@ObjectType("BestConfiguration", {
  description:
    "The configuration of a study with the best mean of a metric. Being chosen as the best makes it too good.",
})
class BestConfigurationType {
  @Field(() => String, { description: "Quantization, and the method if it is not plain LoRA: `4bit`, `16bit DORA`." })
  configuration!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The rank r; null for runs without a rank, such as full fine-tuning.",
  })
  rank!: number | null;

  @Field(() => Float, { description: "Mean of the metric over the independent runs." })
  mean!: number;

  @Field(() => Int, {
    description: "Number of independent runs; runs with equal seeds count once. 1 means that the mean is a single run.",
  })
  n!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation, with n - 1 in the denominator; null for n = 1.",
  })
  standardDeviation!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "95 % confidence interval of the mean by Student's t; null for a single run, and for equal values.",
  })
  interval!: Interval | null;

  @Field(() => VerdictCertainty, { description: "POINT_ESTIMATE if there is no interval." })
  certainty!: VerdictCertainty;

  @Field(() => Boolean, {
    description: "Whether the largest mean was chosen; by the metric's name, else the smallest.",
  })
  higherIsBetter!: boolean;
}

const CONFIDENCE = 0.95;

/** Returns the query for the best value of a metric. Without a known direction, lower is better. */
export function bestQuery(metric: string): BestQuery {
  return { metric, higherIsBetter: higherIsBetter(metric) ?? false };
}

@Resolver(() => StudyType)
export class BestConfigurationResolver {
  @Costs({ points: 10 })
  @FieldResolver(() => BestConfigurationType, {
    nullable: true,
    description:
      "The configuration by which METRIC_BEST orders studies: the runs of one rank, quantization, method, task and data set with the best mean. Configurations with a diverged run are left out. Null if no other has the metric.",
  })
  async bestConfiguration(
    @Root() { id }: Study,
    @Arg("metric", () => String, { description: "A recorded scalar: `eval_loss`." }) metric: string,
    @Ctx() { loaders }: Context,
  ): Promise<BestConfigurationType | null> {
    const query = bestQuery(metric);
    const best = await loaders.bestConfigurations.load({ studyId: id, ...query });
    if (best === undefined) return null;
    const { rank, mean, n, standardDeviation, quantizationLabel: label, method, useRslora } = best;
    const interval = meanInterval({ mean, standardDeviation, n }, CONFIDENCE);
    return {
      configuration: configurationName({ quantization: { label }, method, useRslora }),
      rank,
      mean,
      n,
      standardDeviation,
      interval,
      certainty: interval === null ? "POINT_ESTIMATE" : "INTERVAL",
      higherIsBetter: query.higherIsBetter,
    };
  }
}
