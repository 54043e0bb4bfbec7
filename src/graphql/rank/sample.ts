import { Field, Float, Int, ObjectType } from "type-graphql";
import type { Sample } from "../../derive/statistics/sample.js";

@ObjectType("Sample", { description: "The values of a metric over the seeds of one configuration." })
export class SampleType implements Sample {
  @Field(() => Float, { description: "Arithmetic mean over the runs, in the unit of the metric." })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation, with n - 1 in the denominator; null for n = 1.",
  })
  standardDeviation!: number | null;

  @Field(() => Int, { description: "Number of independent runs (distinct seeds and weights) with a finite value." })
  n!: number;
}
