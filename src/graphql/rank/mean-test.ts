import { Field, Float, ObjectType } from "type-graphql";
import type { MeanTest } from "../../derive/statistics/mean-test.js";

@ObjectType("MeanTest", { description: "A t-test of whether two means differ." })
export class MeanTestType implements MeanTest {
  @Field(() => Float, { description: "t statistic; positive if the mean of the candidate is greater." })
  t!: number;

  @Field(() => Float, {
    description: "Welch's degrees of freedom, usually not a whole number; n - 1 for a paired test.",
  })
  degreesOfFreedom!: number;

  @Field(() => Float, { description: "Two-sided p-value." })
  p!: number;
}
