import { Field, ObjectType } from "type-graphql";
import { Computed } from "./computed-type.js";

/** Values found from weights: what they come from, or what kept them from being found. */
@ObjectType({ simpleResolvers: true })
export abstract class Traced {
  @Field(() => String, {
    nullable: true,
    description: "What went wrong, where the reason alone does not tell; null elsewhere.",
  })
  undefinedDetail!: string | null;

  @Field(() => Computed, { nullable: true, description: "Where these values come from; null where there are none." })
  computed!: Computed | null;
}
