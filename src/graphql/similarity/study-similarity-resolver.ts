import { Arg, Args, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { layerSensitivity } from "../../derive/sensitivity/layer-sensitivity.js";
import { sensitivityMap } from "../../derive/sensitivity/sensitivity-map.js";
import type { Study } from "../../store/studies.js";
import { rankArg, scalingArg, similarityThresholdArg, waitSecondsArg } from "../arguments.js";
import { layerSimilarityRow } from "../../analysis/compared-layers.js";
import type { Context } from "../context.js";
import { together } from "../../analysis/provenance.js";
import type { SensitivityMapRow } from "../sensitivity/sensitivity-map-row.js";
import { similarityAt } from "../../analysis/similarity-at.js";
import { Scaling } from "../../model/enums/similarity.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { LayerSensitivityType } from "../layer/layer-type.js";
import { SensitivityMapType } from "../sensitivity/sensitivity-types.js";
import { WeightSimilarityType } from "./weight-similarity-type.js";
import { StudyType } from "../study/study-type.js";
import { waitOf } from "../../analysis/wait.js";
import { Costs } from "../cost/costs.js";
import { EVERY_RANK, LAYER_LIST, ONE_PAIR } from "../cost/estimates.js";

/** What needs weights; missing comparisons are computed when they are first asked for, and kept. */
@Resolver(() => StudyType)
export class StudySimilarityResolver {
  @Costs(ONE_PAIR)
  @FieldResolver(() => WeightSimilarityType, {
    description: "The baseline's and the candidate's final updates at one rank, layer by layer.",
  })
  async weightSimilarity(
    @Root() study: Study,
    @Arg("rank", () => Int, rankArg) rank: number,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("threshold", () => Float, similarityThresholdArg) threshold: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<WeightSimilarityType> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    const asked = { scaling, waitMilliseconds, roles: { baseline, candidate } };
    const { similarity, layers, ...runs } = await similarityAt(context, study, rank, asked);
    const { mean, min, max, comparedLayers, initialCosine, sharedStart, pendingJobs } = similarity;
    return {
      ...runs,
      ...{ mean, min, max, comparedLayers, initialCosine, sharedStart, pendingJobs, scaling, threshold },
      meetsThreshold: mean === null ? null : mean > threshold,
      layers: layers.map(layerSimilarityRow),
    };
  }

  @Costs({ ...ONE_PAIR, ...LAYER_LIST })
  @FieldResolver(() => [LayerSensitivityType], {
    description: "Layers by how much quantization changes their update, the most sensitive first.",
  })
  async layerSensitivity(
    @Root() study: Study,
    @Arg("rank", () => Int, rankArg) rank: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<LayerSensitivityType[]> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    const asked = { scaling: Scaling.ADAPTER, waitMilliseconds, roles: { baseline, candidate } };
    const { layers } = await similarityAt(context, study, rank, asked);
    return layerSensitivity(layers.map(layerSimilarityRow));
  }

  @Costs(EVERY_RANK)
  @FieldResolver(() => SensitivityMapType, {
    description: "The sensitivity of every layer at every rank of the study, and of modules over all blocks.",
  })
  async sensitivityMap(
    @Root() study: Study,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<SensitivityMapRow> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    const asked = { scaling: Scaling.ADAPTER, waitMilliseconds, roles: { baseline, candidate } };
    const ranks = await context.loaders.ranks.load(study.id);
    const all = await Promise.all(ranks.map(({ r }) => similarityAt(context, study, r, asked)));
    const map = sensitivityMap(all.map(({ similarity }) => similarity));
    return {
      ranks: [...map.ranks],
      fairRanks: [...map.fairRanks],
      leftOut: [...map.leftOut],
      layers: map.layers.map(({ values, ...row }) => ({ ...row, values: [...values] })),
      modules: [...map.modules],
      computed: together(all.map(({ computed }) => computed)),
      pendingJobs: [...new Set(all.flatMap(({ similarity }) => similarity.pendingJobs))],
      compared: all.filter(({ similarity }) => map.fairRanks.includes(similarity.rank)).map(({ layers }) => layers),
    };
  }
}
