import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { AcceptanceVerdict, IntervalMethod, RankBound } from "./enums.js";
import { ExperimentType } from "./experiment.js";

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

@ObjectType("MeanTest", { description: "Whether two means differ." })
export class MeanTestType {
  @Field(() => Float, { description: "Positive where the candidate's mean is the greater." })
  t!: number;

  @Field(() => Float)
  degreesOfFreedom!: number;

  @Field(() => Float, { description: "Two-sided." })
  p!: number;
}

@ObjectType("Roles", { description: "Who is compared with whom." })
export class RolesType {
  @Field(() => String, { description: "`16bit`, or what was asked for." })
  baseline!: string;

  @Field(() => String)
  candidate!: string;

  @Field(() => String, { description: "How the two were told apart." })
  because!: string;

  @Field(() => [ExperimentType])
  baselineExperiments!: object[];

  @Field(() => [ExperimentType])
  candidateExperiments!: object[];
}

@ObjectType("Degradation", { description: "By how much the candidate is worse than the baseline at one rank." })
export class DegradationType {
  @Field(() => Float, {
    nullable: true,
    description:
      "(candidate - baseline) / |baseline| * 100, of the means over seeds, its sign turned where more is better: positive is worse. Null: see reason.",
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
    description: "Of the percent, over seeds; null unless both sides have two seeds or more, see intervalReason.",
  })
  interval!: IntervalType | null;

  @Field(() => IntervalMethod, { nullable: true, description: "How the interval was found; null where there is none." })
  intervalMethod!: keyof typeof IntervalMethod | null;

  @Field(() => String, {
    nullable: true,
    description: "Why there is no interval, or why it is not of pairs although these were asked for.",
  })
  intervalReason!: string | null;

  @Field(() => MeanTestType, {
    nullable: true,
    description:
      "Welch's test of the two means, or the paired one; null with fewer than two seeds a side, or where they do not vary.",
  })
  test!: MeanTestType | null;

  @Field(() => Boolean, { description: "Whether interval and test are of pairs of runs of one seed." })
  paired!: boolean;

  @Field(() => Int, {
    description: "Seeds that both sides have one run of: with two or more, `paired: true` compares run with run.",
  })
  pairs!: number;

  @Field(() => String, { description: "What was compared: `training_loss`, `the best eval_loss`." })
  metric!: string;

  @Field(() => Boolean, { description: "Whether more of the metric was taken to be better." })
  higherIsBetter!: boolean;

  @Field(() => RolesType, { nullable: true, description: "Null where there are no two configurations to compare." })
  roles!: RolesType | null;

  @Field(() => SampleType, { nullable: true })
  baseline!: SampleType | null;

  @Field(() => SampleType, { nullable: true })
  candidate!: SampleType | null;

  @Field(() => String, { nullable: true, description: "Why the percent is null." })
  reason!: string | null;
}

@ObjectType({ description: "Tested ranks between which r* lies; null is more than any tested one." })
export class RankRange {
  @Field(() => Int, { nullable: true, description: "Were every inconclusive rank acceptable." })
  least!: number | null;

  @Field(() => Int, { nullable: true, description: "Were none of them." })
  greatest!: number | null;
}

@ObjectType("MinimumViableRank", { description: "The least rank that keeps quality, r*." })
export class MinimumViableRankType {
  @Field(() => Int, {
    nullable: true,
    description:
      "The least tested rank from which every larger tested rank is acceptable; null with bound NONE. A rank whose interval straddles the threshold counts as neither acceptable nor not, and r* lies above it: see range.",
  })
  rank!: number | null;

  @Field(() => RankBound)
  bound!: keyof typeof RankBound;

  @Field(() => Int, {
    nullable: true,
    description:
      "The notebook's rule: the least rank whose percent is acceptable, whatever its interval says and larger ranks do.",
  })
  leastAcceptableRank!: number | null;

  @Field(() => [Int], { description: "Ranks whose degradation is defined, ascending." })
  testedRanks!: number[];

  @Field(() => [Int], { description: "Ranks whose interval straddles the threshold, ascending." })
  inconclusiveRanks!: number[];

  @Field(() => RankRange, { description: "Between which ranks r* lies, by the intervals." })
  range!: RankRange;

  @Field(() => String)
  reason!: string;

  @Field(() => RolesType, { nullable: true, description: "Null where there are no two configurations to compare." })
  roles!: RolesType | null;
}
