import { Field, Float, Int, ObjectType } from "type-graphql";
import { TrendModel } from "../../model/enums/trend-model.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { IntervalType, RankType } from "../rank/rank-type.js";

@ObjectType("ParetoPoint", { description: "One run among the metrics asked about." })
export class ParetoPointType {
  @Field(() => ExperimentType, { description: "The run that has these values." })
  experiment!: object;

  @Field(() => Float, { description: "The run's value of the first metric asked about, in that metric's unit." })
  x!: number;

  @Field(() => Float, { description: "The run's value of the second metric, in that metric's unit." })
  y!: number;

  @Field(() => Float, { nullable: true, description: "Null where two metrics were asked about." })
  z!: number | null;

  @Field(() => Boolean, {
    description: "Another run is at least as good in all metrics and better in one; the others are the frontier.",
  })
  dominated!: boolean;
}

@ObjectType({ description: "A run that was not recommended." })
export class RejectedAlternative {
  @Field(() => ExperimentType, { description: "The run that was passed over." })
  experiment!: object;

  @Field(() => String, {
    description: "Which budget it exceeds, or what the recommended run does better, with both numbers.",
  })
  rejectedBecause!: string;
}

@ObjectType("Recommendation", { description: "What to use within a budget, and why not the others." })
export class RecommendationType {
  @Field(() => ExperimentType, { nullable: true, description: "Null where no run fits the budget." })
  experiment!: object | null;

  @Field(() => RankType, { nullable: true, description: "Of the recommended run; null where no run fits the budget." })
  rank!: object | null;

  @Field(() => String, { description: "Its value of the metric and how many runs fit the budgets, or that none does." })
  because!: string;

  @Field(() => [RejectedAlternative], { description: "All other runs of the study." })
  alternatives!: RejectedAlternative[];
}

@ObjectType("RankPrediction", { description: "What a trend says of one rank." })
export class RankPredictionType {
  @Field(() => Int, { description: "The rank r asked about, tested or not." })
  rank!: number;

  @Field(() => Float, { nullable: true, description: "Null: see refusedBecause." })
  value!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "In which one more measurement lies; null where the value is.",
  })
  interval!: IntervalType | null;

  @Field(() => String, { nullable: true, description: "Why this rank is not predicted; null where it is." })
  refusedBecause!: string | null;
}

@ObjectType("RankTrend", {
  description:
    "How a quantity follows the rank. Ranks are predicted only from four tested ranks or more, where the line explains 80 % of the variance and its slope is no chance (p up to 0.05), and within a factor of 2 of the tested ranks.",
})
export class RankTrendType {
  @Field(() => String, { description: "`peak_memory_mb of 4bit`, `degradation of training_loss`." })
  quantity!: string;

  @Field(() => String, { description: "Of the quantity: `peak_memory_mb` is in MB, `%` is of degradations." })
  unit!: string;

  @Field(() => TrendModel, { description: "Memory is taken to be linear in r, degradation in log2 r." })
  model!: TrendModel;

  @Field(() => Int, { description: "Points of the fit." })
  n!: number;

  @Field(() => [Int], { description: "Tested ranks with a value, ascending." })
  ranks!: number[];

  @Field(() => Float, {
    nullable: true,
    description: "b: the quantity's growth per rank, or per doubling of it; null where no line can be fitted.",
  })
  slope!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "a: the line's value at r = 0, or at r = 1 over log2 r; null where no line can be fitted.",
  })
  intercept!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Share of the variance that the line explains; null where no line can be fitted.",
  })
  rSquared!: number | null;

  @Field(() => Float, { nullable: true, description: "Two-sided p of slope = 0; null where no line can be fitted." })
  slopeP!: number | null;

  @Field(() => [RankPredictionType], { description: "Of the ranks asked about; empty: see refusedBecause." })
  predictions!: RankPredictionType[];

  @Field(() => String, { nullable: true, description: "Why nothing is predicted; null where something may be." })
  refusedBecause!: string | null;
}
