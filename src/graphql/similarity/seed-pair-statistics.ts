import { Field, Float, Int, ObjectType } from "type-graphql";
import type { RankPairStatistics } from "../../derive/similarity/rank-similarity.js";
import type { PairStatistics } from "../../derive/similarity/pair-statistics.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { IntervalType } from "../rank/interval.js";

@ObjectType("CosineOverSeeds", {
  description: "A cosine similarity over the pairs of runs with equal seeds, at most 10 pairs at a rank.",
})
export class CosineOverSeedsType implements Omit<PairStatistics, "pendingJobs" | "undefinedReason"> {
  @Field(() => Int, { description: "Number of pairs with a cosine. 1 is a point estimate." })
  pairs!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Mean over the pairs; null without a cosine, and while a pair is pending.",
  })
  mean!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation over the pairs; null for fewer than two pairs, and if the mean is null.",
  })
  standardDeviation!: number | null;

  @Field(() => Float, { nullable: true, description: "Minimum over the pairs; null if the mean is null." })
  min!: number | null;

  @Field(() => Float, { nullable: true, description: "Maximum over the pairs; null if the mean is null." })
  max!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "95 % confidence interval of the mean by Student's t; null for fewer than two pairs, for equal cosines, and if the mean is null.",
  })
  interval!: Interval | null;
}

@ObjectType("RankCosineOverSeeds", {
  description: "The mean cosine over the layers, over the pairs of runs with equal seeds of one rank.",
})
export class RankCosineOverSeedsType
  extends CosineOverSeedsType
  implements Omit<RankPairStatistics, "pendingJobs" | "undefinedReason" | "seeds">
{
  @Field(() => Int, { description: "Number of pairs of runs with equal seeds at the rank." })
  available!: number;

  @Field(() => String, { nullable: true, description: "Why fewer pairs count than there are; null if all count." })
  reason!: string | null;
}
