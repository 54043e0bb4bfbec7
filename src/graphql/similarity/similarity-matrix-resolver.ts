import { Arg, Ctx, Float, ID, Query, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import { scalingArg, waitSecondsArg } from "../arguments.js";
import { checkpointOf } from "../../analysis/checkpoint-of.js";
import type { Context } from "../context.js";
import { knownExperiments } from "../../analysis/known-experiments.js";
import { matrixOf } from "../../analysis/matrix-of.js";
import { Scaling, SimilarityMeasure } from "../../model/enums/similarity.js";
import { SimilarityMatrixType } from "./similarity-matrix-type.js";
import { waitOf } from "../../analysis/wait.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { lengthOf, matrixPoints } from "../cost/estimates.js";

/** 64 runs are 2080 pairs a layer and 4096 values: more than a picture shows. See also MAX_MATRIX_PAIRS in matrix-of.ts. */
const MAX_MATRIX_EXPERIMENTS = 64;

@Resolver()
export class SimilarityMatrixResolver {
  @Requires("reader")
  @Costs({ points: ({ experiments }) => matrixPoints(lengthOf(experiments)) })
  @Query(() => SimilarityMatrixType, {
    nullable: true,
    description: `All pairs of 1 to ${MAX_MATRIX_EXPERIMENTS} runs of any studies, by their final updates; at most 131072 pairs over all layers. Null only beside an error.`,
  })
  async similarityMatrix(
    @Arg("experiments", () => [ID], { description: "Ids of experiments." }) ids: string[],
    @Arg("measure", () => SimilarityMeasure, {
      defaultValue: SimilarityMeasure.COSINE,
      description: "What is told of each pair of runs.",
    })
    measure: SimilarityMeasure,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<SimilarityMatrixType> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    if (ids.length < 1 || ids.length > MAX_MATRIX_EXPERIMENTS) {
      throw failure("ARGUMENT_INVALID", {
        where: "experiments",
        received: `${ids.length} ids`,
        allowed: `1 to ${MAX_MATRIX_EXPERIMENTS}`,
      });
    }
    const { loaders } = context;
    const experiments = await knownExperiments(loaders, ids, "experiments");
    const runs = experiments.map((experiment) => checkpointOf(experiment, undefined, "experiments"));
    const matrix = await matrixOf(loaders.weights, loaders, runs, { measure, scaling, waitMilliseconds });
    return { experiments, measure, scaling, ...matrix, perLayer: [...matrix.perLayer] };
  }
}
