import { Field, Float, ObjectType } from "type-graphql";
import type { ConfigDifference } from "../../derive/runs/config-differences.js";
import type { MetricDelta } from "../../derive/runs/metric-deltas.js";

@ObjectType("MetricDelta", { description: "One metric of two runs, in the unit at the end of its name." })
export class MetricDeltaType implements MetricDelta {
  @Field(() => String, { description: "Recorded name: `training_loss`." })
  metric!: string;

  @Field(() => Float, { nullable: true, description: "Value of the baseline; null if it has none, or NaN." })
  baseline!: number | null;

  @Field(() => Float, { nullable: true, description: "Value of the candidate; null if it has none, or NaN." })
  candidate!: number | null;

  @Field(() => Float, { nullable: true, description: "candidate - baseline; null if either is null." })
  absolute!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "(candidate - baseline) / baseline * 100; null if either is null, or the baseline is 0.",
  })
  percent!: number | null;

  @Field(() => String, { nullable: true, description: "Why a value is null; null if all are defined." })
  reason!: string | null;
}

@ObjectType("ConfigDifference", { description: "A setting that differs between two runs." })
export class ConfigDifferenceType implements ConfigDifference {
  @Field(() => String, { description: "Name of the setting: `alpha`, `targetModules`, `baseModel`, ..." })
  field!: string;

  @Field(() => String, { nullable: true, description: "Value of the baseline; null if unknown or not set." })
  baseline!: string | null;

  @Field(() => String, { nullable: true, description: "Value of the candidate; null if unknown or not set." })
  candidate!: string | null;
}
