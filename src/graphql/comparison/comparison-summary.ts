import { Field, Float, Int, ObjectType } from "type-graphql";
import type { Provenance } from "../../analysis/request/provenance.js";
import { Computed } from "../computed/computed-type.js";
import { LayerType } from "../layer/layer-type.js";

@ObjectType("ComparisonSummary", {
  description:
    "Comparison of two checkpoints over all their layers. Means are null while a layer is pending, see jobs.",
})
export class ComparisonSummaryType {
  @Field(() => Float, {
    nullable: true,
    description:
      "Unweighted mean cosine similarity over the layers where it is defined; null if there are none, or while one is pending.",
  })
  meanCosineSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Minimum cosine similarity over the layers; null if the mean is null.",
  })
  minCosineSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Maximum cosine similarity over the layers; null if the mean is null.",
  })
  maxCosineSimilarity!: number | null;

  @Field(() => Int, { description: "Number of layers with a defined cosine similarity." })
  comparedLayers!: number;

  @Field(() => [LayerType], { description: "Layers that only one of the two checkpoints adapts." })
  missingLayers!: readonly object[];

  @Field(() => Float, {
    nullable: true,
    description: "Mean cos(A1, A2) over the layers; null if no layer has one, or while one is pending.",
  })
  initialCosine!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether both runs started from the same A (mean cosine of A at least 0.5); null if initialCosine is null.",
  })
  sharedStart!: boolean | null;

  @Field(() => Computed, { nullable: true, description: "How these values were computed; null if there are none." })
  computed!: Provenance | null;
}
