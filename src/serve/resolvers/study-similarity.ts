import { Arg, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { layerSensitivity } from "../../derive/layer-sensitivity.js";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies.js";
import { scalingArg, similarityThresholdArg, waitSecondsArg } from "../arguments.js";
import { layerSimilarityRow } from "../compared-layers.js";
import type { Context } from "../context.js";
import type { StudySimilarity } from "../similarity-loader.js";
import { Scaling } from "../types/enums.js";
import { LayerSensitivityType } from "../types/layer.js";
import { WeightSimilarityType } from "../types/similarity.js";
import { StudyType } from "../types/study.js";
import { waitOf } from "../wait.js";

/** What needs weights; missing comparisons are computed when they are first asked for, and kept. */
@Resolver(() => StudyType)
export class StudySimilarityResolver {
  @FieldResolver(() => WeightSimilarityType, {
    description: "The baseline's and the candidate's final updates at one rank, layer by layer.",
  })
  async weightSimilarity(
    @Root() study: Study,
    @Arg("rank", () => Int) rank: number,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("threshold", () => Float, similarityThresholdArg) threshold: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<WeightSimilarityType> {
    const { similarity, layers, ...runs } = await similarityAt(context, study, rank, scaling, waitSeconds);
    const { mean, min, max, comparedLayers, initialCosine, sharedStart, pendingJobs } = similarity;
    return {
      ...runs,
      ...{ mean, min, max, comparedLayers, initialCosine, sharedStart, pendingJobs, scaling, threshold },
      meetsThreshold: mean === null ? null : mean > threshold,
      layers: layers.map(layerSimilarityRow),
    };
  }

  @FieldResolver(() => [LayerSensitivityType], {
    description: "Layers by how much quantization changes their update, the most sensitive first.",
  })
  async layerSensitivity(
    @Root() study: Study,
    @Arg("rank", () => Int) rank: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<LayerSensitivityType[]> {
    const { layers } = await similarityAt(context, study, rank, Scaling.ADAPTER, waitSeconds);
    return layerSensitivity(layers.map(layerSimilarityRow));
  }
}

async function similarityAt(
  context: Context,
  { id, slug }: Study,
  rank: number,
  scaling: Scaling,
  waitSeconds: number | undefined,
): Promise<StudySimilarity> {
  const waitMilliseconds = waitOf(waitSeconds, context);
  const { loaders } = context;
  const ranks = await loaders.ranks.load(id);
  if (!ranks.some(({ r }) => r === rank)) {
    const allowed = ranks.map(({ r }) => r).join(", ");
    throw failure("ARGUMENT_INVALID", { where: `rank of study ${slug}`, received: String(rank), allowed });
  }
  return loaders.similarity.load({ studyId: id, rank, scaling, waitMilliseconds });
}
