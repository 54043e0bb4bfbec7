import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { layerSimilarityRow } from "../../analysis/similarity/compare-layers.js";
import type { StudyLayer } from "../../analysis/similarity/similarity-loader.js";
import type { Provenance } from "../../analysis/request/provenance.js";
import { similarityAtRank } from "../../analysis/similarity/similarity-at-rank.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { Scaling } from "../../model/enums/similarity.js";
import type { Study } from "../../store/studies/studies.js";
import { rankArg, scalingArg, similarityThresholdArg, waitSecondsArg } from "../arguments.js";
import { Computed } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST, ONE_PAIR } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { LazyList } from "../lazy-list.js";
import { StudyType } from "../study/study-type.js";
import { LayerSimilarityType } from "./layer-similarity.js";
import { RankCosineOverSeedsType } from "./seed-pair-statistics.js";

@ObjectType("WeightSimilarity", {
  description: "Comparison of the final updates of baseline and candidate at one rank, layer by layer.",
})
export class WeightSimilarityType {
  @Field(() => ExperimentType, {
    nullable: true,
    description:
      "The run of the baseline that `layers` compares: of the pair with the lowest common seed. Null if there is none at this rank.",
  })
  baseline!: object | null;

  @Field(() => ExperimentType, {
    nullable: true,
    description:
      "The run of the candidate that `layers` compares: of the pair with the lowest common seed. Null if there is none at this rank.",
  })
  candidate!: object | null;

  @Field(() => Scaling, { description: "The requested scaling." })
  scaling!: Scaling;

  @Field(() => Float, {
    nullable: true,
    description:
      "Unweighted mean cosine similarity over the layers where it is defined, and over all pairs of seeds (see overSeeds); null if there are none, or while a layer is pending (see jobs).",
  })
  mean!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Minimum over the layers of their mean cosine similarity over the pairs of seeds; null if the mean is null.",
  })
  min!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Maximum over the layers of their mean cosine similarity over the pairs of seeds; null if the mean is null.",
  })
  max!: number | null;

  @Field(() => Int, { description: "Number of layers with a defined cosine similarity." })
  comparedLayers!: number;

  @Field(() => RankCosineOverSeedsType, { description: "The mean with its spread over the pairs of seeds." })
  overSeeds!: object;

  @Field(() => Float, { description: "The requested threshold." })
  threshold!: number;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the mean is above the threshold; null if the mean is null.",
  })
  meetsThreshold!: boolean | null;

  @Field(() => Float, {
    nullable: true,
    description: "Mean cos(A1, A2) over the layers; null if no layer has one, or while one is pending.",
  })
  initialCosine!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether both runs started from the same A (mean cosine of A at least 0.5). If not, a low cosine similarity says nothing about quantization. Null if initialCosine is null.",
  })
  sharedStart!: boolean | null;

  @Costs(LAYER_LIST)
  @Field(() => [LayerSimilarityType], {
    description: "All layers of the study, in model order, in the runs `baseline` and `candidate`.",
  })
  layers!: Iterable<object>;

  @Field(() => Computed, { nullable: true, description: "How these values were computed; null if there are none." })
  computed!: Provenance | null;
}

/** The fields of the type, and the jobs that its pending layers wait for. */
type WeightSimilarityRow = WeightSimilarityType & { readonly pendingJobs: readonly string[] };

@Resolver(() => StudyType)
export class WeightSimilarityResolver {
  @Costs(ONE_PAIR)
  @FieldResolver(() => WeightSimilarityType, {
    description:
      "Comparison of the final updates of baseline and candidate at one rank, layer by layer. Missing comparisons are computed and stored.",
  })
  async weightSimilarity(
    @Root() study: Study,
    @Arg("rank", () => Int, rankArg) rank: number,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("threshold", () => Float, similarityThresholdArg) threshold: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<WeightSimilarityRow> {
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const requested = { scaling, waitMilliseconds, roles: { baseline, candidate } };
    const compared = await similarityAtRank(context, study, rank, requested);
    const { mean, min, max, comparedLayers, initialCosine, sharedStart, pendingJobs, overPairs } = compared.similarity;
    return {
      baseline: compared.baseline,
      candidate: compared.candidate,
      scaling,
      threshold,
      mean,
      min,
      max,
      comparedLayers,
      initialCosine,
      sharedStart,
      pendingJobs,
      overSeeds: overPairs,
      meetsThreshold: mean === null ? null : mean > threshold,
      layers: new LazyList(compared.layers.length, (i) => {
        const layer = compared.layers[i] as StudyLayer;
        return layerSimilarityRow(layer, layer.cosine);
      }),
      computed: compared.computed,
    };
  }
}
