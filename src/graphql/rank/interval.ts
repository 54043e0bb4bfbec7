import { Field, Float, ObjectType } from "type-graphql";
import type { Interval } from "../../derive/statistics/sample.js";

@ObjectType("Interval", { description: "A two-sided confidence interval." })
export class IntervalType implements Interval {
  @Field(() => Float, { description: "Lower bound, in the unit of the value." })
  low!: number;

  @Field(() => Float, { description: "Upper bound, in the unit of the value." })
  high!: number;

  @Field(() => Float, {
    description: "Confidence level: 0.95 means that 95 % of such intervals contain the true value.",
  })
  confidence!: number;
}
