import { Field, Float, Int, ObjectType } from "type-graphql";
import { TrendModel } from "./enums.js";
import { ExperimentType } from "./experiment.js";
import { IntervalType, RankType } from "./rank.js";

@ObjectType("ParetoPoint", { description: "One run among the metrics asked about." })
export class ParetoPointType {
  @Field(() => ExperimentType)
  experiment!: object;

  @Field(() => Float)
  x!: number;

  @Field(() => Float)
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
  @Field(() => ExperimentType)
  experiment!: object;

  @Field(() => String)
  rejectedBecause!: string;
}

@ObjectType("Recommendation", { description: "What to use within a budget, and why not the others." })
export class RecommendationType {
  @Field(() => ExperimentType, { nullable: true, description: "Null where no run fits the budget." })
  experiment!: object | null;

  @Field(() => RankType, { nullable: true })
  rank!: object | null;

  @Field(() => String)
  because!: string;

  @Field(() => [RejectedAlternative])
  alternatives!: RejectedAlternative[];
}

@ObjectType("RankPrediction", { description: "What a trend says of one rank." })
export class RankPredictionType {
  @Field(() => Int)
  rank!: number;

  @Field(() => Float, { nullable: true, description: "Null: see refusedBecause." })
  value!: number | null;

  @Field(() => IntervalType, { nullable: true, description: "In which one more measurement lies." })
  interval!: IntervalType | null;

  @Field(() => String, { nullable: true, description: "Why this rank is not predicted." })
  refusedBecause!: string | null;
}

@ObjectType("RankTrend", {
  description:
    "How a quantity follows the rank. Ranks are predicted only from four tested ranks or more, where the line explains 80 % of the variance and its slope is no chance (p up to 0.05), and within a factor of 2 of the tested ranks.",
})
export class RankTrendType {
  @Field(() => String, { description: "`peak_memory_mb of 4bit`, `degradation of training_loss`." })
  quantity!: string;

  @Field(() => String)
  unit!: string;

  @Field(() => TrendModel)
  model!: keyof typeof TrendModel;

  @Field(() => Int, { description: "Points of the fit." })
  n!: number;

  @Field(() => [Int], { description: "Tested ranks with a value, ascending." })
  ranks!: number[];

  @Field(() => Float, { nullable: true })
  slope!: number | null;

  @Field(() => Float, { nullable: true })
  intercept!: number | null;

  @Field(() => Float, { nullable: true, description: "Share of the variance that the line explains." })
  rSquared!: number | null;

  @Field(() => Float, { nullable: true, description: "Two-sided p of slope = 0." })
  slopeP!: number | null;

  @Field(() => [RankPredictionType], { description: "Of the ranks asked about; empty: see refusedBecause." })
  predictions!: RankPredictionType[];

  @Field(() => String, { nullable: true, description: "Why nothing is predicted; null where something may be." })
  refusedBecause!: string | null;
}
