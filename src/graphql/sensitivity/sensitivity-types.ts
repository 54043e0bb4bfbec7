import { Field, Float, Int, ObjectType } from "type-graphql";
import { Computed } from "../computed/computed-type.js";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { LayerType } from "../layer/layer-type.js";
import { Traced } from "../computed/traced-type.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST } from "../cost/estimates.js";

@ObjectType("PartSensitivity", { description: "How much q, k or v of a fused projection changes under quantization." })
export class PartSensitivityType extends Traced {
  @Field(() => String, { description: "`q`, `k` or `v`." })
  name!: string;

  @Field(() => Float, { nullable: true, description: "1 - cosine similarity of these rows; null where undefined." })
  score!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the score is null." })
  undefinedReason!: UndefinedReason | null;
}

@ObjectType({ description: "A rank that means leave out." })
export class LeftOutRank {
  @Field(() => Int, { description: "A tested rank r of the study." })
  rank!: number;

  @Field(() => String, { description: "`its runs started from different A`, or why there is no mean to count." })
  because!: string;
}

@ObjectType({ description: "One layer at every rank." })
export class LayerSensitivityRow {
  @Field(() => LayerType, { description: "The weight matrix that this row of the map is of." })
  layer!: object;

  @Field(() => [Float], { nullable: "items", description: "Scores, by rank; null where undefined." })
  values!: (number | null)[];

  @Field(() => Float, { nullable: true, description: "Over the fair ranks; null where one of them has no score." })
  mean!: number | null;
}

@ObjectType({ description: "The layers of one module in all blocks." })
export class ModuleSensitivity {
  @Field(() => String, { description: "`attn.c_attn`." })
  module!: string;

  @Field(() => Int, { description: "Layers with a mean." })
  layers!: number;

  @Field(() => Float, { description: "Mean of their means." })
  mean!: number;
}

@ObjectType("PartSensitivityRow", { description: "q, k or v of all fused projections together." })
export class PartSensitivityRowType {
  @Field(() => String, { description: "`q`, `k` or `v`." })
  name!: string;

  @Field(() => [Float], {
    nullable: "items",
    description: "Mean score over the layers, by fair rank; null where a layer's is undefined.",
  })
  values!: (number | null)[];

  @Field(() => Float, { nullable: true, description: "Over the fair ranks; null where one of them has none." })
  mean!: number | null;
}

@ObjectType("SensitivityMap", { description: "The sensitivity of every layer at every rank: the data of a heatmap." })
export class SensitivityMapType {
  @Field(() => [Int], { description: "Ascending; the columns." })
  ranks!: number[];

  @Field(() => [Int], { description: "The ranks that means are over: runs that started from one A." })
  fairRanks!: number[];

  @Field(() => [LeftOutRank], {
    description: "The ranks of the columns that no mean counts; empty where all are fair.",
  })
  leftOut!: LeftOutRank[];

  @Costs(LAYER_LIST)
  @Field(() => [LayerSensitivityRow], { description: "All layers of the study, in model order." })
  layers!: LayerSensitivityRow[];

  @Field(() => [ModuleSensitivity], { description: "The most sensitive first." })
  modules!: ModuleSensitivity[];

  @Field(() => Computed, { nullable: true, description: "Where these values come from; null where there are none." })
  computed!: Computed | null;
}

@ObjectType({ description: "What one layer is given." })
export class LayerAllocation {
  @Field(() => LayerType, { description: "The weight matrix that is given a rank." })
  layer!: object;

  @Field(() => Float, { description: "1 - cosine at the rank asked about." })
  score!: number;

  @Field(() => Int, { description: "One of allowedRanks." })
  rank!: number;
}

@ObjectType({ description: "An entry of rank_pattern or alpha_pattern." })
export class PatternEntry {
  @Field(() => String, { description: "A regular expression that matches one module path." })
  key!: string;

  @Field(() => Float, { description: "The rank r, or alpha, of the module that matches." })
  value!: number;
}

@ObjectType("RankAllocation", {
  description:
    "Ranks by layer that spend a budget of parameters where sensitivity is. Every layer begins with the least allowed rank; then the step to the next allowed rank that gains most for its parameters is taken, while the budget allows one. A step from rank a to b gains score * log2(b / a): each doubling of a layer's rank is taken to be worth the same, which is an assumption.",
})
export class RankAllocationType {
  @Field(() => String, { nullable: true, description: "Why there is no allocation; null where there is one." })
  reason!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "Parameters that may be spent; null where it cannot be told, see reason.",
  })
  budget!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Parameters that are spent: the sum of rank (in + out); null where there is a reason.",
  })
  parameters!: number | null;

  @Field(() => [LayerAllocation], { description: "In model order; empty where there is a reason." })
  layers!: LayerAllocation[];

  @Field(() => Int, {
    nullable: true,
    description: "The rank of layers without a pattern: the most frequent one; null where there is a reason.",
  })
  r!: number | null;

  @Field(() => Float, { nullable: true, description: "lora_alpha beside r; null where the run's is not known." })
  loraAlpha!: number | null;

  @Field(() => [PatternEntry], { description: "Layers whose rank is not r." })
  rankPattern!: PatternEntry[];

  @Field(() => [PatternEntry], { description: "What keeps their scaling; empty where it is not to be kept." })
  alphaPattern!: PatternEntry[];

  @Field(() => String, {
    nullable: true,
    description:
      "JSON of r, lora_alpha, rank_pattern and alpha_pattern, as LoraConfig(**...) takes them; null where there is a reason.",
  })
  peft!: string | null;
}
