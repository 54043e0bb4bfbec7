import { Field, Float, Int, ObjectType } from "type-graphql";
import { Computed } from "../computed/computed-type.js";
import { Scaling } from "../../model/enums/similarity.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST } from "../cost/estimates.js";
import { LayerSimilarityType } from "./layer-similarity-type.js";

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

  @Field(() => Scaling, { description: "As asked for." })
  scaling!: Scaling;

  @Field(() => Float, {
    nullable: true,
    description: "Unweighted mean cosine over the layers where it is defined; null while a layer is pending, see jobs.",
  })
  mean!: number | null;

  @Field(() => Float, { nullable: true, description: "The least cosine of a layer; null where the mean is." })
  min!: number | null;

  @Field(() => Float, { nullable: true, description: "The greatest cosine of a layer; null where the mean is." })
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

  @Field(() => Float, {
    nullable: true,
    description: "Mean cos(A1, A2) over the layers; null where no layer has one, or one is pending.",
  })
  initialCosine!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether both runs started from the same A (mean cosine of A at least 0.5). Where they did not, a low cosine says nothing about quantization. Null where initialCosine is.",
  })
  sharedStart!: boolean | null;

  @Costs(LAYER_LIST)
  @Field(() => [LayerSimilarityType], { description: "All layers of the study, in model order." })
  layers!: object[];

  @Field(() => Computed, { nullable: true, description: "Null where nothing could be computed." })
  computed!: Computed | null;
}
