import { Field, Float, Int, ObjectType } from "type-graphql";
import type { Provenance } from "../../analysis/request/provenance.js";

@ObjectType({ description: "How values were computed." })
export class Computed implements Provenance {
  @Field(() => String, { description: "Execution provider of ONNX Runtime." })
  provider!: string;

  @Field(() => String, { description: "Floating-point precision: `float64` or `float32`." })
  precision!: string;

  @Field(() => Int, {
    description: "Version of the compute kernels. Values of older versions are computed again.",
  })
  kernelVersion!: number;

  @Field(() => Float, { description: "Compute time of these values in seconds, including stored ones." })
  seconds!: number;

  @Field(() => Boolean, { description: "Whether all values were already stored before the request." })
  cached!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Why another provider than the configured one was used; null if the configured one was used.",
  })
  fallback!: string | null;
}

/** A result that is computed from weights: how it was computed, or why it is undefined. */
@ObjectType({ simpleResolvers: true })
export abstract class ComputedResult {
  @Field(() => String, {
    nullable: true,
    description:
      "Details of the failure, or why a pending job does not run, if undefinedReason alone does not explain it; null otherwise.",
  })
  undefinedDetail!: string | null;

  @Field(() => Computed, { nullable: true, description: "How these values were computed; null if there are none." })
  computed!: Provenance | null;
}
