import { Arg, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from "type-graphql";
import { selectCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import { knownExperiments } from "../../analysis/runs/known-experiments.js";
import { compareAllRuns, MAX_MATRIX_PAIRS, type RunsMatrix } from "../../analysis/similarity/similarity-matrix.js";
import type { Provenance } from "../../analysis/request/provenance.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { MAX_COMPARED_RUNS } from "../../derive/similarity/similarity-matrix.js";
import { failure } from "../../errors.js";
import { Scaling, SimilarityMeasure, UndefinedReason } from "../../model/enums/similarity.js";
import { Requires } from "../access/requires.js";
import { scalingArg, waitSecondsArg } from "../arguments.js";
import { Computed } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST, lengthOf, matrixPoints } from "../cost/estimates.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { LayerType } from "../layer/layer-type.js";

type Cells<Cell> = readonly (readonly Cell[])[];

@ObjectType("LayerMatrix", { description: "All pairs of runs in one layer." })
class LayerMatrixType {
  @Field(() => LayerType, {
    description: "The layer of the first run that adapts it. Layers of several studies are matched by name.",
  })
  layer!: object;

  @Field(() => [[Float]], { nullable: "items", description: "N x N values, row-major; null if undefined." })
  values!: Cells<number | null>;

  @Field(() => [[UndefinedReason]], {
    nullable: "items",
    description: "Why a value is null, N x N, row-major; null if it is defined.",
  })
  undefinedReasons!: Cells<UndefinedReason | null>;
}

@ObjectType("SimilarityMatrix", {
  description:
    "All pairs of runs, compared by their final updates. The diagonal is 1 for cosines and 0 for distances, or null if a run has no update.",
})
export class SimilarityMatrixType implements Omit<RunsMatrix, "pendingJobs"> {
  @Field(() => [ExperimentType], { description: "Rows and columns, in the requested order." })
  experiments!: readonly object[];

  @Field(() => SimilarityMeasure, { description: "The requested measure." })
  measure!: SimilarityMeasure;

  @Field(() => Scaling, { description: "The requested scaling." })
  scaling!: Scaling;

  @Field(() => [[Float]], {
    nullable: "items",
    description:
      "N x N, row-major: unweighted mean over the layers with a defined value; null if there are none, or while one is pending. Symmetric except for the relative difference, whose baseline is the run of the row.",
  })
  values!: Cells<number | null>;

  @Field(() => [[UndefinedReason]], {
    nullable: "items",
    description: "Why a value is null, N x N, row-major; null if it is defined.",
  })
  undefinedReasons!: Cells<UndefinedReason | null>;

  @Field(() => [[Int]], { description: "Number of layers in each mean, N x N, row-major." })
  comparedLayers!: Cells<number>;

  @Costs(LAYER_LIST)
  @Field(() => [LayerMatrixType], { description: "Every layer that any of the runs adapts, in model order." })
  perLayer!: RunsMatrix["perLayer"];

  @Field(() => Computed, { nullable: true, description: "How these values were computed; null if there are none." })
  computed!: Provenance | null;
}

@Resolver()
export class SimilarityMatrixResolver {
  @Requires("reader")
  @Costs({ points: ({ experiments }) => matrixPoints(lengthOf(experiments)) })
  @Query(() => SimilarityMatrixType, {
    nullable: true,
    description: `All pairs of 1 to ${MAX_COMPARED_RUNS} runs of any studies, compared by their final updates; at most ${MAX_MATRIX_PAIRS} pairs over all layers. Null only together with an error.`,
  })
  async similarityMatrix(
    @Arg("experiments", () => [ID], { description: "Ids of experiments." }) ids: string[],
    @Arg("measure", () => SimilarityMeasure, {
      defaultValue: SimilarityMeasure.COSINE,
      description: "The value to compute for each pair of runs.",
    })
    measure: SimilarityMeasure,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<RunsMatrix & Pick<SimilarityMatrixType, "experiments" | "measure" | "scaling">> {
    const waitMilliseconds = resolveWait(waitSeconds, context);
    if (ids.length < 1 || ids.length > MAX_COMPARED_RUNS) {
      throw failure("ARGUMENT_INVALID", {
        where: "experiments",
        received: `${ids.length} ids`,
        allowed: `1 to ${MAX_COMPARED_RUNS}`,
      });
    }
    const { loaders } = context;
    const experiments = await knownExperiments(loaders, ids, "experiments");
    const runs = experiments.map((experiment) => selectCheckpoint(experiment, undefined, "experiments"));
    const matrix = await compareAllRuns(loaders.weights, loaders, runs, { measure, scaling, waitMilliseconds });
    return { experiments, measure, scaling, ...matrix };
  }
}
