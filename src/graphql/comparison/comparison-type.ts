import { Field, Float, Int, ObjectType } from "type-graphql";
import { Computed } from "../computed/computed-type.js";
import { Scaling } from "../../model/enums/similarity.js";
import { CheckpointType, ExperimentType } from "../experiment/experiment-type.js";
import { LayerType } from "../layer/layer-type.js";

@ObjectType("MetricDelta", { description: "One metric in two runs, in the unit that its name ends with." })
export class MetricDeltaType {
  @Field(() => String, { description: "As recorded: `training_loss`." })
  metric!: string;

  @Field(() => Float, { nullable: true, description: "Null where the run has none, or NaN." })
  baseline!: number | null;

  @Field(() => Float, { nullable: true, description: "Null where the run has none, or NaN." })
  candidate!: number | null;

  @Field(() => Float, { nullable: true, description: "candidate - baseline; null where a side is." })
  absolute!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "(candidate - baseline) / baseline * 100; null where a side is, or the baseline is 0.",
  })
  percent!: number | null;

  @Field(() => String, { nullable: true, description: "Why a value is null." })
  reason!: string | null;
}

@ObjectType("ConfigDifference", { description: "A setting in which two runs differ." })
export class ConfigDifferenceType {
  @Field(() => String, { description: "`alpha`, `targetModules`, `baseModel`, ..." })
  field!: string;

  @Field(() => String, { nullable: true, description: "Null where it is not known, or not set." })
  baseline!: string | null;

  @Field(() => String, { nullable: true, description: "Null where it is not known, or not set." })
  candidate!: string | null;
}

@ObjectType("ComparisonSummary", {
  description: "Two checkpoints over all their layers. Means are null while a layer is pending, see jobs.",
})
export class ComparisonSummaryType {
  @Field(() => Float, {
    nullable: true,
    description:
      "Unweighted mean over the layers where the cosine is defined; null where there are none, or one is pending.",
  })
  meanCosineSimilarity!: number | null;

  @Field(() => Float, { nullable: true, description: "Of the layer that is the least alike; null where the mean is." })
  minCosineSimilarity!: number | null;

  @Field(() => Float, { nullable: true, description: "Of the layer that is the most alike; null where the mean is." })
  maxCosineSimilarity!: number | null;

  @Field(() => Int, { description: "Layers whose cosine is defined." })
  comparedLayers!: number;

  @Field(() => [LayerType], { description: "Layers that only one of the two adapts." })
  missingLayers!: object[];

  @Field(() => Float, {
    nullable: true,
    description: "Mean cos(A1, A2) over the layers; null where no layer has one, or one is pending.",
  })
  initialCosine!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether both started from the same A (mean cosine of A at least 0.5); null where initialCosine is.",
  })
  sharedStart!: boolean | null;

  @Field(() => Computed, { nullable: true, description: "Where these values come from; null where there are none." })
  computed!: Computed | null;
}

@ObjectType("ExperimentComparison", { description: "Two checkpoints of two runs, whatever their studies." })
export class ExperimentComparisonType {
  @Field(() => ExperimentType, { description: "The run that percents and relative differences are to." })
  baseline!: object;

  @Field(() => ExperimentType, { description: "The run that is compared with it." })
  candidate!: object;

  @Field(() => CheckpointType, { nullable: true, description: "What is compared; null where the run has no weights." })
  baselineCheckpoint!: object | null;

  @Field(() => CheckpointType, { nullable: true, description: "What is compared; null where the run has no weights." })
  candidateCheckpoint!: object | null;

  @Field(() => Scaling, { description: "As asked for." })
  scaling!: Scaling;
}
