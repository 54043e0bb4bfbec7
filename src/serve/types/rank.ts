import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { AcceptanceVerdict, RankBound } from "./enums.js";

@ObjectType("Rank", { description: "One rank r of a study; groups the experiments trained at r." })
export class RankType {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  r!: number;
}

@ObjectType("Interval", { description: "A two-sided confidence interval." })
export class IntervalType {
  @Field(() => Float)
  low!: number;

  @Field(() => Float)
  high!: number;

  @Field(() => Float, { description: "0.95: the share of such intervals that hold the true value." })
  confidence!: number;
}

@ObjectType("Sample", { description: "The values of a metric over the seeds of one configuration." })
export class SampleType {
  @Field(() => Float)
  mean!: number;

  @Field(() => Float, { nullable: true, description: "With n - 1 in the denominator; null for n = 1." })
  standardDeviation!: number | null;

  @Field(() => Int)
  n!: number;
}

@ObjectType("Degradation", { description: "By how much the candidate is worse than the baseline at one rank." })
export class DegradationType {
  @Field(() => Float, {
    nullable: true,
    description:
      "(candidate - baseline) / baseline * 100, of the means over seeds; positive is worse. Null: see reason.",
  })
  percent!: number | null;

  @Field(() => Float, { nullable: true, description: "candidate - baseline, in the metric's unit." })
  absolute!: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether the percent is under the threshold." })
  acceptable!: boolean | null;

  @Field(() => AcceptanceVerdict)
  verdict!: keyof typeof AcceptanceVerdict;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "Of the percent, by the delta method with Welch's degrees of freedom; null unless both sides have two seeds or more.",
  })
  interval!: IntervalType | null;

  @Field(() => SampleType, { nullable: true })
  baseline!: SampleType | null;

  @Field(() => SampleType, { nullable: true })
  candidate!: SampleType | null;

  @Field(() => String, { nullable: true, description: "Why the percent is null." })
  reason!: string | null;
}

@ObjectType("MinimumViableRank", { description: "The least rank that keeps quality, r*." })
export class MinimumViableRankType {
  @Field(() => Int, {
    nullable: true,
    description: "The least tested rank from which every larger tested rank is acceptable; null with bound NONE.",
  })
  rank!: number | null;

  @Field(() => RankBound)
  bound!: keyof typeof RankBound;

  @Field(() => Int, {
    nullable: true,
    description: "The notebook's rule: the least acceptable rank, whatever larger ranks do.",
  })
  leastAcceptableRank!: number | null;

  @Field(() => [Int], { description: "Ranks whose degradation is defined, ascending." })
  testedRanks!: number[];

  @Field(() => String)
  reason!: string;
}
