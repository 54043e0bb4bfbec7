import { Arg, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { layerSensitivity, type LayerSensitivity } from "../../derive/layer-sensitivity.js";
import { failure } from "../../errors.js";
import type { Layer } from "../../store/layers.js";
import type { Study } from "../../store/studies.js";
import { similarityThresholdArg } from "../arguments.js";
import type { Context } from "../context.js";
import type { StudySimilarity } from "../similarity-loader.js";
import { Scaling } from "../types/enums.js";
import { LayerSensitivityType } from "../types/layer.js";
import { WeightSimilarityType } from "../types/similarity.js";
import { StudyType } from "../types/study.js";

/** What needs weights; missing comparisons are computed when they are first asked for, and kept. */
@Resolver(() => StudyType)
export class StudySimilarityResolver {
  @FieldResolver(() => WeightSimilarityType, {
    description: "The baseline's and the candidate's final updates at one rank, layer by layer.",
  })
  async weightSimilarity(
    @Root() study: Study,
    @Arg("rank", () => Int) rank: number,
    @Arg("scaling", () => Scaling, { defaultValue: Scaling.ADAPTER }) scaling: Scaling,
    @Arg("threshold", () => Float, similarityThresholdArg) threshold: number,
    @Ctx() context: Context,
  ): Promise<WeightSimilarityType> {
    const { similarity, details, ...runs } = await similarityAt(context, study, rank, scaling);
    const { mean, min, max, comparedLayers, initialCosine, sharedStart } = similarity;
    return {
      ...runs,
      ...{ mean, min, max, comparedLayers, initialCosine, sharedStart, scaling, threshold },
      meetsThreshold: mean === null ? null : mean > threshold,
      layers: similarity.layers.map((entry) => ({
        layer: entry.layer,
        ...entry.similarity,
        undefinedDetail: details.get(entry.layer.id) ?? null,
      })),
    };
  }

  @FieldResolver(() => [LayerSensitivityType], {
    description: "Layers by how much quantization changes their update, the most sensitive first.",
  })
  async layerSensitivity(
    @Root() study: Study,
    @Arg("rank", () => Int) rank: number,
    @Ctx() context: Context,
  ): Promise<LayerSensitivity<Layer>[]> {
    const { similarity } = await similarityAt(context, study, rank, Scaling.ADAPTER);
    return layerSensitivity(
      similarity.layers.map((entry) => ({ layer: entry.layer, cosineSimilarity: entry.similarity.cosineSimilarity })),
    );
  }
}

async function similarityAt(
  { loaders }: Context,
  { id, slug }: Study,
  rank: number,
  scaling: Scaling,
): Promise<StudySimilarity> {
  const ranks = await loaders.ranks.load(id);
  if (!ranks.some(({ r }) => r === rank)) {
    const allowed = ranks.map(({ r }) => r).join(", ");
    throw failure("ARGUMENT_INVALID", { where: `rank of study ${slug}`, received: String(rank), allowed });
  }
  return loaders.similarity.load({ studyId: id, rank, scaling });
}
