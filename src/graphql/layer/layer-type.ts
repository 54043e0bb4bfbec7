import { Field, ID, Int, ObjectType } from "type-graphql";

@ObjectType("Layer", { description: "One adapted weight matrix of the study's base model.", simpleResolvers: true })
export class LayerType {
  @Field(() => ID, {
    description: "Id of the layer in this study. Layers of the same name in other studies have other ids.",
  })
  id!: string;

  @Field(() => String, { description: "Module path: `transformer.h.12.attn.c_attn`." })
  name!: string;

  @Field(() => Int, {
    nullable: true,
    description: "Block number, the first number in the path; null if the path has none.",
  })
  index!: number | null;

  @Field(() => String, { description: "The path after the block number: `attn.c_attn`." })
  module!: string;

  @Field(() => Int, { description: "Number of columns of A." })
  inFeatures!: number;

  @Field(() => Int, { description: "Number of rows of B." })
  outFeatures!: number;
}
