import { Field, Float, Int, ObjectType } from "type-graphql";
import { Scaling, UndefinedReason } from "./enums.js";
import { ExperimentType } from "./experiment.js";
import { LayerType } from "./layer.js";

@ObjectType("LayerSimilarity", { description: "The updates of one layer in two runs, compared." })
export class LayerSimilarityType {
  @Field(() => LayerType)
  layer!: object;

  @Field(() => Float, { nullable: true, description: "<dW1, dW2> / (|dW1| |dW2|), from -1 to 1." })
  cosineSimilarity!: number | null;

  @Field(() => Float, { nullable: true, description: "|dW1 - dW2|, Frobenius norm." })
  l2Distance!: number | null;

  @Field(() => Float, { nullable: true, description: "|dW1 - dW2| / |dW1|, with 1 the baseline." })
  relativeDifference!: number | null;

  @Field(() => Float, { nullable: true, description: "|dW1|, Frobenius norm." })
  baselineNorm!: number | null;

  @Field(() => Float, { nullable: true, description: "|dW2|, Frobenius norm." })
  candidateNorm!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "cos(A1, A2): near 1 when both runs started from the same random A, near 0 when they did not.",
  })
  initialCosine!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the cosine is null." })
  undefinedReason!: keyof typeof UndefinedReason | null;

  @Field(() => String, { nullable: true, description: "What went wrong, where the reason alone does not tell." })
  undefinedDetail!: string | null;
}

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
}

@ObjectType("WeightSimilarity", {
  description: "The baseline's and the candidate's final updates at one rank, layer by layer.",
})
export class WeightSimilarityType {
  @Field(() => ExperimentType, {
    nullable: true,
    description: "The run of the baseline; null where there is none at this rank.",
  })
  baseline!: object | null;

  @Field(() => ExperimentType, {
    nullable: true,
    description: "The run of the candidate; null where there is none at this rank.",
  })
  candidate!: object | null;

  @Field(() => Scaling)
  scaling!: Scaling;

  @Field(() => Float, { nullable: true, description: "Unweighted mean cosine over the layers where it is defined." })
  mean!: number | null;

  @Field(() => Float, { nullable: true })
  min!: number | null;

  @Field(() => Float, { nullable: true })
  max!: number | null;

  @Field(() => Int, { description: "Layers whose cosine is defined." })
  comparedLayers!: number;

  @Field(() => Float, { description: "The threshold asked about." })
  threshold!: number;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the mean exceeds the threshold; null where the mean is.",
  })
  meetsThreshold!: boolean | null;

  @Field(() => Float, { nullable: true, description: "Mean cos(A1, A2) over the layers." })
  initialCosine!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether both runs started from the same A (mean cosine of A at least 0.5). Where they did not, a low cosine says nothing about quantization.",
  })
  sharedStart!: boolean | null;

  @Field(() => [LayerSimilarityType], { description: "All layers of the study, in model order." })
  layers!: object[];

  @Field(() => Computed, { nullable: true, description: "Null where nothing could be computed." })
  computed!: Computed | null;
}
