import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { Method } from "../../model/enums/method.js";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { PageInfo } from "../paging/page-types.js";

@ObjectType("ExperimentRow", {
  description: "One run as a flat row, for tables and dashboards.",
  simpleResolvers: true,
})
export class ExperimentRowType {
  @Field(() => ID, { description: "The experiment's." })
  id!: string;

  @Field(() => String, { description: "The study's slug." })
  study!: string;

  @Field(() => String, { description: "The study's display name." })
  studyName!: string;

  @Field(() => String, {
    nullable: true,
    description: "`base_model_name_or_path` of the study's adapters; null while none has named it.",
  })
  baseModel!: string | null;

  @Field(() => String, { description: "The run's, unique in its study: `16bit_r8`." })
  name!: string;

  @Field(() => Method, { description: "How the adapter was trained." })
  method!: string;

  @Field(() => String, { description: "The label: `4bit`." })
  quantization!: string;

  @Field(() => Int, { nullable: true, description: "Bits per base weight; null where the label does not tell." })
  quantizationBits!: number | null;

  @Field(() => String, { nullable: true, description: "`nf4`, `fp4`, `int8`; null for unquantized bases." })
  quantizationScheme!: string | null;

  @Field(() => Int, { description: "The rank r it was trained at, 1 or more." })
  rank!: number;

  @Field(() => Int, { nullable: true, description: "Of the run; null where it was not recorded." })
  seed!: number | null;

  @Field(() => Int, { nullable: true, description: "Optimizer steps; null where it was not recorded." })
  steps!: number | null;

  @Field(() => Int, { nullable: true, description: "Training examples; null where it was not recorded." })
  numSamples!: number | null;

  @Field(() => Boolean, { description: "Whether adapter weights of this run were found in its folder." })
  hasWeights!: boolean;

  @Field(() => Date, { description: "When the study was first imported." })
  createdAt!: Date;

  @Field(() => [Float], {
    nullable: "items",
    description: "The metrics asked for, in their order; null where the run has none, or NaN or an infinity.",
  })
  values!: readonly (number | null)[];
}

@ObjectType({ description: "A page of flat runs.", simpleResolvers: true })
export class ExperimentRowPage {
  @Field(() => Int, { description: "Of the whole list, exact; counted when it is asked for." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether the list goes on, and from where." })
  pageInfo!: PageInfo;

  @Field(() => [String], { description: "What `values` are of, in their order." })
  metrics!: readonly string[];

  @Field(() => [ExperimentRowType], { description: "The runs of this page, at most as many as `first`." })
  nodes!: readonly object[];
}

@ObjectType("LayerRow", {
  description: "One layer at one rank of one study, flat, with the stored comparison of its baseline and candidate.",
  simpleResolvers: true,
})
export class LayerRowType {
  @Field(() => String, { description: "The study's slug." })
  study!: string;

  @Field(() => Int, { description: "The rank r of both runs, 1 or more." })
  rank!: number;

  @Field(() => String, { description: "The layer's module path." })
  layer!: string;

  @Field(() => Int, { nullable: true, description: "Block number; null where the path has none." })
  index!: number | null;

  @Field(() => String, { description: "The path after the block number: `attn.c_attn`." })
  module!: string;

  @Field(() => String, { nullable: true, description: "The run's name; null where there is none at this rank." })
  baseline!: string | null;

  @Field(() => String, { nullable: true, description: "The run's name; null where there is none at this rank." })
  candidate!: string | null;

  @Field(() => Boolean, {
    description: "False: it can be compared and has not been yet; precomputeStudy does it, this list never does.",
  })
  stored!: boolean;

  @Field(() => Float, {
    nullable: true,
    description: "<dW1, dW2> / (|dW1| |dW2|), from -1 to 1; null where it is not stored, or undefined.",
  })
  cosineSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1 - dW2|, Frobenius, with the adapters' scalings; null where it is not stored, or undefined.",
  })
  l2Distance!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1 - dW2| / |dW1|, with 1 the baseline; null where it is not stored, or undefined.",
  })
  relativeDifference!: number | null;

  @Field(() => Float, { nullable: true, description: "cos(A1, A2); null where it is not stored, or undefined." })
  initialCosine!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the cosine is null although it is stored." })
  undefinedReason!: UndefinedReason | null;
}

@ObjectType({ description: "A page of flat layers: by study, rank and model order.", simpleResolvers: true })
export class LayerRowPage {
  @Field(() => Int, { description: "Of the whole list, exact; counted when it is asked for." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether the list goes on, and from where." })
  pageInfo!: PageInfo;

  @Field(() => [LayerRowType], { description: "The layers of this page, at most as many as `first`." })
  nodes!: readonly object[];
}

@ObjectType({ description: "One run with its value of a metric.", simpleResolvers: true })
export class BestRun {
  @Field(() => ExperimentType, { description: "The run itself; of equal values, one of the runs." })
  experiment!: object;

  @Field(() => Float, { description: "The run's value of the metric asked for, in the metric's unit." })
  value!: number;
}

@ObjectType("ExperimentGroup", {
  description:
    "Runs that are alike in the dimensions asked for, and a metric over them. A dimension that was not asked for is null, as is one whose value is unknown.",
  simpleResolvers: true,
})
export class ExperimentGroupType {
  @Field(() => String, { nullable: true, description: "The study's slug; null where it was not asked for." })
  study!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "`base_model_name_or_path` that the runs' studies have in common; null where it is unknown, or not asked for.",
  })
  baseModel!: string | null;

  @Field(() => Method, {
    nullable: true,
    description: "How all of the adapters were trained; null where it was not asked for.",
  })
  method!: string | null;

  @Field(() => String, { nullable: true, description: "The label: `4bit`; null where it was not asked for." })
  quantization!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "Bits per base weight; null where it is unknown, or not asked for.",
  })
  quantizationBits!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The rank r that all of the runs were trained at; null where it was not asked for.",
  })
  rank!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The seed that the runs have in common; null where it is unknown, or not asked for.",
  })
  seed!: number | null;

  @Field(() => Int, { description: "Runs that have the metric." })
  n!: number;

  @Field(() => Float, { description: "Arithmetic mean of the metric over the runs, in its unit." })
  mean!: number;

  @Field(() => Float, { nullable: true, description: "With n - 1 in the denominator; null for n = 1." })
  standardDeviation!: number | null;

  @Field(() => Float, { nullable: true, description: "Of the mean: standard deviation / sqrt(n); null for n = 1." })
  standardError!: number | null;

  @Field(() => Float, { description: "The least value of the metric among the runs, in its unit." })
  min!: number;

  @Field(() => Float, { description: "The greatest value of the metric among the runs, in its unit." })
  max!: number;

  @Field(() => BestRun, { description: "The run of the least value, or of the greatest where `better` is MORE." })
  best!: object;
}

@ObjectType({ description: "A page of groups, in the order of their dimensions' values.", simpleResolvers: true })
export class ExperimentGroupPage {
  @Field(() => Int, { description: "Groups in all, exact; counted when it is asked for." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether the list goes on, and from where." })
  pageInfo!: PageInfo;

  @Field(() => [ExperimentGroupType], { description: "The groups of this page, at most as many as `first`." })
  nodes!: readonly object[];
}
