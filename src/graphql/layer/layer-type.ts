import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { Traced } from "../computed/traced-type.js";

@ObjectType("Layer", { description: "One adapted weight matrix of the study's base model.", simpleResolvers: true })
export class LayerType {
  @Field(() => ID, {
    description: "Of the layer in this study; other studies' layers of the same name have other ids.",
  })
  id!: string;

  @Field(() => String, { description: "Module path: `transformer.h.12.attn.c_attn`." })
  name!: string;

  @Field(() => Int, {
    nullable: true,
    description: "Block number, the first number in the path; null where there is none.",
  })
  index!: number | null;

  @Field(() => String, { description: "The path after the block number: `attn.c_attn`." })
  module!: string;

  @Field(() => Int, { description: "Columns of A." })
  inFeatures!: number;

  @Field(() => Int, { description: "Rows of B." })
  outFeatures!: number;
}

@ObjectType("LayerSensitivity", {
  description: "How much a layer's update changes under quantization.",
  simpleResolvers: true,
})
export class LayerSensitivityType extends Traced {
  @Field(() => LayerType, { description: "The weight matrix whose update changes." })
  layer!: LayerType;

  @Field(() => Float, {
    nullable: true,
    description:
      "1 - cosine similarity of the baseline's and the candidate's updates: 0 is unchanged, 1 orthogonal; null where undefined.",
  })
  score!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "1 is the most sensitive; equal scores share a position; null where the score is, and everywhere while a layer is pending.",
  })
  position!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "0.6745 (score - median) / MAD among the layers; null where the position is, for fewer than five layers, or where more than half are equal.",
  })
  robustZ!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether it stands out from the layers, more or less sensitive: |robustZ| above 3.5; null where that is.",
  })
  standsOut!: boolean | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the score is null." })
  undefinedReason!: UndefinedReason | null;
}
