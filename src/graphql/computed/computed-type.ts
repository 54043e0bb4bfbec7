import { Field, Float, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "Where computed values come from." })
export class Computed {
  @Field(() => String, { description: "ONNX Runtime's execution provider." })
  provider!: string;

  @Field(() => String, { description: "`float64` or `float32`." })
  precision!: string;

  @Field(() => Int, { description: "Raised when the numerics change; older values are then computed anew." })
  kernelVersion!: number;

  @Field(() => Float, { description: "Compute time of these values, whenever they were computed." })
  seconds!: number;

  @Field(() => Boolean, { description: "Whether all of them were stored already." })
  cached!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Why another provider than the one chosen was used; null where none failed.",
  })
  fallback!: string | null;
}
