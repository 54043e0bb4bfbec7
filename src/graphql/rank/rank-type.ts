import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { AcceptanceVerdict, RankBound } from "../../model/enums/acceptance.js";
import { IntervalMethod } from "../../model/enums/interval.js";
import { ExperimentType } from "../experiment/experiment-type.js";

@ObjectType("Rank", { description: "One rank r of a study; groups the experiments trained at r." })
export class RankType {
  @Field(() => ID, { description: "Of this rank in this study; arguments named rank take r instead." })
  id!: string;

  @Field(() => Int, { description: "Rows of A and columns of B, 1 or more; what arguments named rank take." })
  r!: number;
}

@ObjectType("Interval", { description: "A two-sided confidence interval." })
export class IntervalType {
  @Field(() => Float, { description: "Its lower end, in the unit of the value it is of." })
  low!: number;

  @Field(() => Float, { description: "Its upper end, in the same unit." })
  high!: number;

  @Field(() => Float, { description: "0.95: the share of such intervals that hold the true value." })
  confidence!: number;
}

@ObjectType("Sample", { description: "The values of a metric over the seeds of one configuration." })
export class SampleType {
  @Field(() => Float, { description: "Arithmetic mean over the runs, in the metric's unit." })
  mean!: number;

  @Field(() => Float, { nullable: true, description: "With n - 1 in the denominator; null for n = 1." })
  standardDeviation!: number | null;

  @Field(() => Int, { description: "Runs, each of one seed, that have the metric." })
  n!: number;
}

@ObjectType("MeanTest", { description: "Whether two means differ." })
export class MeanTestType {
  @Field(() => Float, { description: "Positive where the candidate's mean is the greater." })
  t!: number;

  @Field(() => Float, { description: "Welch's, seldom a whole number; n - 1 where the test is paired." })
  degreesOfFreedom!: number;

  @Field(() => Float, { description: "Two-sided." })
  p!: number;
}

@ObjectType("Roles", { description: "Who is compared with whom." })
export class RolesType {
  @Field(() => String, { description: "`16bit`, or what was asked for." })
  baseline!: string;

  @Field(() => String, { description: "`4bit`, or what was asked for." })
  candidate!: string;

  @Field(() => String, { description: "How the two were told apart." })
  because!: string;

  @Field(() => [ExperimentType], { description: "The runs of the baseline at all ranks and seeds." })
  baselineExperiments!: object[];

  @Field(() => [ExperimentType], { description: "The runs of the candidate at all ranks and seeds." })
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

  @Field(() => Float, {
    nullable: true,
    description: "candidate - baseline, in the metric's unit; null where the percent is for want of a side.",
  })
  absolute!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the percent is under the threshold; null where the percent is.",
  })
  acceptable!: boolean | null;

  @Field(() => AcceptanceVerdict, {
    description:
      "By the interval too, where there is one: INCONCLUSIVE where it straddles the threshold or there is no percent.",
  })
  verdict!: AcceptanceVerdict;

  @Field(() => IntervalType, {
    nullable: true,
    description: "Of the percent, over seeds; null unless both sides have two seeds or more, see intervalReason.",
  })
  interval!: IntervalType | null;

  @Field(() => IntervalMethod, { nullable: true, description: "How the interval was found; null where there is none." })
  intervalMethod!: IntervalMethod | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Why there is no interval, or why it is not of pairs although these were asked for; null where the interval is as asked for.",
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

  @Field(() => SampleType, {
    nullable: true,
    description: "The baseline's values at this rank; null where none of its runs has the metric.",
  })
  baseline!: SampleType | null;

  @Field(() => SampleType, {
    nullable: true,
    description: "The candidate's values at this rank; null where none of its runs has the metric.",
  })
  candidate!: SampleType | null;

  @Field(() => String, { nullable: true, description: "Why the percent is null." })
  reason!: string | null;
}

@ObjectType({ description: "Tested ranks between which r* lies; null is more than any tested one." })
export class RankRange {
  @Field(() => Int, {
    nullable: true,
    description: "Were every inconclusive rank acceptable; null where even then none would hold.",
  })
  least!: number | null;

  @Field(() => Int, { nullable: true, description: "Were none of them; null where then none holds." })
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

  @Field(() => RankBound, { description: "Whether a smaller rank than `rank` may hold too, and whether any does." })
  bound!: RankBound;

  @Field(() => Int, {
    nullable: true,
    description:
      "The notebook's rule: the least rank whose percent is acceptable, whatever its interval says and larger ranks do; null where none is.",
  })
  leastAcceptableRank!: number | null;

  @Field(() => [Int], { description: "Ranks whose degradation is defined, ascending." })
  testedRanks!: number[];

  @Field(() => [Int], { description: "Ranks whose interval straddles the threshold, ascending." })
  inconclusiveRanks!: number[];

  @Field(() => RankRange, { description: "Between which ranks r* lies, by the intervals." })
  range!: RankRange;

  @Field(() => String, { description: "Which tested rank decides, as a sentence." })
  reason!: string;

  @Field(() => RolesType, { nullable: true, description: "Null where there are no two configurations to compare." })
  roles!: RolesType | null;
}
