import { Field, Float, Int, ObjectType } from "type-graphql";
import { Computed } from "../computed/computed-type.js";
import { Scaling, SimilarityMeasure, UndefinedReason } from "../../model/enums/similarity.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { LayerType } from "../layer/layer-type.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST } from "../cost/estimates.js";

type Cells<Cell> = readonly (readonly Cell[])[];

@ObjectType("LayerMatrix", { description: "All pairs of runs in one layer." })
export class LayerMatrixType {
  @Field(() => LayerType, { description: "Matched by name across studies; the first run's that has it." })
  layer!: object;

  @Field(() => [[Float]], { nullable: "items", description: "N x N, row-major; null where undefined." })
  values!: Cells<number | null>;

  @Field(() => [[UndefinedReason]], { nullable: "items", description: "Why a value is null; null where it is not." })
  undefinedReasons!: Cells<UndefinedReason | null>;
}

@ObjectType("SimilarityMatrix", {
  description:
    "All pairs of runs, by their final updates. The diagonal is 1 for cosines and 0 for distances, or null where a run has no update.",
})
export class SimilarityMatrixType {
  @Field(() => [ExperimentType], { description: "Rows and columns, in the order asked for." })
  experiments!: object[];

  @Field(() => SimilarityMeasure, { description: "As asked for." })
  measure!: SimilarityMeasure;

  @Field(() => Scaling, { description: "As asked for." })
  scaling!: Scaling;

  @Field(() => [[Float]], {
    nullable: "items",
    description:
      "N x N, row-major: the unweighted mean over the layers where the value is defined; null where there are none, and while one is pending. Symmetric but for the relative difference, whose baseline is the row's run.",
  })
  values!: Cells<number | null>;

  @Field(() => [[UndefinedReason]], { nullable: "items", description: "Why a value is null; null where it is not." })
  undefinedReasons!: Cells<UndefinedReason | null>;

  @Field(() => [[Int]], { description: "Over how many layers each value is." })
  comparedLayers!: Cells<number>;

  @Costs(LAYER_LIST)
  @Field(() => [LayerMatrixType], { description: "Every layer that any of the runs adapts, in model order." })
  perLayer!: LayerMatrixType[];

  @Field(() => Computed, { nullable: true, description: "Where these values come from; null where there are none." })
  computed!: Computed | null;
}
