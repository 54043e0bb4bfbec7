import { Field, Float, ObjectType } from "type-graphql";
import type { ItemDifference } from "../../derive/evaluations/item-difference.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { IntervalType } from "../rank/interval.js";

@ObjectType("ItemDifference", {
  description:
    "Difference between two evaluations with the uncertainty of a finite number of items, from the standard errors that the evaluation tools report. It treats the evaluations as independent, which is cautious where both answered the same items (compare those with comparePredictions), and does not include the variation between seeds.",
})
export class ItemDifferenceType implements ItemDifference {
  @Field(() => Float, {
    nullable: true,
    description: "candidate - baseline, in the unit of the metric; null if a value is missing or not finite.",
  })
  absolute!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Standard error of `absolute`; null if the file of a run has none.",
  })
  standardError!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "Confidence interval of `absolute` by the normal distribution; null without a standard error.",
  })
  absoluteInterval!: Interval | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Change in percent of the baseline; positive is worse. Null unless the values are positive and the better direction is known.",
  })
  percent!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "Confidence interval of the percent by the delta method; null also if the baseline is within three standard errors of 0.",
  })
  percentInterval!: Interval | null;

  @Field(() => Float, { nullable: true, description: "absolute / standardError; null without a standard error." })
  z!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Two-sided p-value of no difference, by the normal distribution; null without a standard error.",
  })
  p!: number | null;

  @Field(() => String, { nullable: true, description: "Why a value is null; null if all are defined." })
  reason!: string | null;
}
