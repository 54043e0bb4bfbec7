import { Field, Float, Int, ObjectType } from "type-graphql";
import { GraphQLJSON } from "graphql-scalars";
import { Method } from "../../model/enums/run.js";
import type { SettingValue } from "../../model/settings.js";
import { Costs } from "../cost/costs.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { PageInfo } from "../paging/page.js";

@ObjectType({ description: "A run and its value of a metric.", simpleResolvers: true })
class BestRun {
  @Field(() => ExperimentType, { description: "The run. If several runs have the same value, one of them." })
  experiment!: object;

  @Field(() => Float, { description: "Value of the requested metric, in its unit." })
  value!: number;
}

@ObjectType({ description: "The value of a setting that the runs of a group have in common.", simpleResolvers: true })
export class GroupSetting {
  @Field(() => String, { description: "Name of the setting: `learning_rate`." })
  field!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: "Its value; null if the runs do not have the setting." })
  value!: SettingValue | null;
}

@ObjectType("ExperimentGroup", {
  description:
    "Runs with equal values of the requested dimensions, and statistics of a metric over them. A dimension is null if it was not requested or its value is unknown.",
  simpleResolvers: true,
})
export class ExperimentGroupType {
  @Field(() => String, { nullable: true, description: "Slug of the study; null if not requested." })
  study!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "`base_model_name_or_path` of the studies; null if unknown or not requested.",
  })
  baseModel!: string | null;

  @Field(() => Method, { nullable: true, description: "Training method of the adapters; null if not requested." })
  method!: string | null;

  @Field(() => String, { nullable: true, description: "Quantization label: `4bit`; null if not requested." })
  quantization!: string | null;

  @Field(() => Int, { nullable: true, description: "Bits per base weight; null if unknown or not requested." })
  quantizationBits!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Rank r that the runs were trained at; null if not requested.",
  })
  rank!: number | null;

  @Field(() => Int, { nullable: true, description: "Random seed of the runs; null if unknown or not requested." })
  seed!: number | null;

  @Field(() => [GroupSetting], {
    description:
      "The settings of byConfig in their order, or with exceptConfig all settings that the runs have in common, by name.",
  })
  config!: readonly GroupSetting[] | (() => Promise<readonly GroupSetting[]>);

  @Costs({ points: 10 })
  @Field(() => [String], {
    description:
      "Settings in which the runs of this group differ, by name. A run without a setting differs from one that has it.",
  })
  differingSettings!: readonly string[] | (() => Promise<readonly string[]>);

  @Field(() => Int, { description: "Number of runs that have the metric." })
  n!: number;

  @Field(() => Float, { description: "Arithmetic mean of the metric over the runs, in its unit." })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation, with n - 1 in the denominator; null for n = 1.",
  })
  standardDeviation!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Standard error of the mean: standard deviation / sqrt(n); null for n = 1.",
  })
  standardError!: number | null;

  @Field(() => Float, { description: "Minimum of the metric over the runs, in its unit." })
  min!: number;

  @Field(() => Float, { description: "Maximum of the metric over the runs, in its unit." })
  max!: number;

  @Field(() => BestRun, { description: "The run with the minimum, or with the maximum if `better` is MORE." })
  best!: object;
}

@ObjectType({ description: "A page of groups, ordered by the values of their dimensions.", simpleResolvers: true })
export class ExperimentGroupPage {
  @Field(() => Int, { description: "Exact number of groups in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => Int, {
    description: "Number of runs of archived studies that match and are left out, counted only if requested.",
  })
  archivedCount!: () => Promise<number>;

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Costs({ points: 1000, items: 50 })
  @Field(() => [String], {
    description: "Settings that differ in no group of the whole list, by name. Their values can differ between groups.",
  })
  equalSettings!: readonly string[] | (() => Promise<readonly string[]>);

  @Field(() => [ExperimentGroupType], { description: "The groups of this page, at most `first`." })
  nodes!: readonly object[];
}
