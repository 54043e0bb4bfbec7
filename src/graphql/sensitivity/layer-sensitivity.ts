import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { CosineOverSeedsType } from "../similarity/seed-pair-statistics.js";
import { layerSimilarityRow, type LayerSimilarityRow } from "../../analysis/similarity/compare-layers.js";
import { compareProjections, fusedProjections } from "../../analysis/similarity/compare-projections.js";
import { rankScores } from "../../analysis/sensitivity/rank-scores.js";
import { similarityAtRank } from "../../analysis/similarity/similarity-at-rank.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import type { StudyLayer } from "../../analysis/similarity/similarity-loader.js";
import type { PairStatistics } from "../../derive/similarity/pair-statistics.js";
import { layerSensitivity, type LayerSensitivity } from "../../derive/sensitivity/layer-sensitivity.js";
import { SensitivityBasis } from "../../model/enums/sensitivity.js";
import { Scaling, UndefinedReason } from "../../model/enums/similarity.js";
import type { Study } from "../../store/studies/studies.js";
import { evaluationSetArg, rankArg, waitSecondsArg } from "../arguments.js";
import { ComputedResult } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST, ONE_PAIR } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { LayerType } from "../layer/layer-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("LayerSensitivity", {
  description: "The sensitivity of a layer by the best basis at hand.",
  simpleResolvers: true,
})
export class LayerSensitivityType extends ComputedResult implements LayerSensitivity {
  @Field(() => LayerType, { description: "The updated weight matrix." })
  layer!: LayerType;

  @Field(() => SensitivityBasis, {
    description: "Meaning of the score. UPDATE_DIVERGENCE describes the adapters and is no measure of sensitivity.",
  })
  basis!: SensitivityBasis;

  @Field(() => Float, {
    nullable: true,
    description:
      "Mean over the pairs of seeds. MEASURED_KL: nats per token. FAIR_GAP: relative to the norm of the adapted weight. UPDATE_DIVERGENCE: 1 - mean cosine similarity of the updates of baseline and candidate, 0 for equal and 1 for orthogonal updates. Null if undefined, and while a pair is pending.",
  })
  score!: number | null;

  @Field(() => String, {
    description:
      "Where the score comes from: the evaluation set, why it was chosen, and the seeds; else how to measure it.",
  })
  origin!: string;

  @Field(() => CosineOverSeedsType, { description: "The cosine similarity over the pairs of seeds, with its spread." })
  overSeeds!: PairStatistics;

  @Field(() => Int, {
    nullable: true,
    description:
      "Position by score: 1 is the largest score, and equal scores share a position. Null if the score is null, and for all layers while one is pending.",
  })
  position!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Modified z-score 0.6745 (score - median) / MAD over the layers; null if the position is null, for fewer than five layers, or if more than half of the scores are equal.",
  })
  robustZ!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the layer is an outlier in either direction: |robustZ| above 3.5; null if robustZ is null.",
  })
  standsOut!: boolean | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the score is null; null if it is defined." })
  undefinedReason!: UndefinedReason | null;
}

@ObjectType("PartSensitivity", {
  description: "How much quantization changes the update of q, k or v of a fused projection.",
})
export class PartSensitivityType extends ComputedResult {
  @Field(() => String, { description: "`q`, `k` or `v`." })
  name!: string;

  @Field(() => Float, { nullable: true, description: "1 - cosine similarity of these rows; null if undefined." })
  score!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the score is null; null if it is defined." })
  undefinedReason!: UndefinedReason | null;
}

@Resolver(() => StudyType)
export class StudySensitivityResolver {
  @Costs({ ...ONE_PAIR, ...LAYER_LIST })
  @FieldResolver(() => [LayerSensitivityType], {
    description: "Layers by their score, the largest first. See basis for what the score is.",
  })
  async layerSensitivity(
    @Root() study: Study,
    @Arg("rank", () => Int, rankArg) rank: number,
    @Arg("on", () => String, evaluationSetArg) on: string | undefined,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<LayerSensitivityType[]> {
    const requested = {
      scaling: Scaling.ADAPTER,
      waitMilliseconds: resolveWait(waitSeconds, context),
      roles: { baseline, candidate },
    };
    const [{ layers }, { origin, pending, ...measured }] = await Promise.all([
      similarityAtRank(context, study, rank, requested),
      rankScores(context, study, { rank, on, ...requested }),
    ]);
    const scores = pending.length > 0 ? NO_GAPS : measured.sensitivity;
    const rows = layerSensitivity(layers.map(sensitivityRow), scores);
    return rows.map((row) => ({ ...row, ...scoreState(row, pending), origin }));
  }
}

/** The scores while the gaps of the weights are computed. */
const NO_GAPS = { basis: SensitivityBasis.FAIR_GAP, layers: [] } as const;

/** Returns why a score is undefined. That of a cosine does not say why another score is. */
function scoreState(
  { basis, score, undefinedReason, undefinedDetail, pendingJob }: SensitivityRow,
  pending: readonly string[],
) {
  if (basis === SensitivityBasis.UPDATE_DIVERGENCE) return { undefinedReason, undefinedDetail, pendingJob };
  const own = score === null ? { undefinedReason, undefinedDetail } : { undefinedReason: null, undefinedDetail: null };
  const isPending = score === null && pending.length > 0;
  return {
    undefinedReason: isPending ? UndefinedReason.PENDING : own.undefinedReason,
    undefinedDetail: isPending ? null : own.undefinedDetail,
    pendingJob: isPending ? (pending[0] ?? null) : null,
  };
}

type SensitivityRow = ReturnType<typeof sensitivityRow> & LayerSensitivity;

/** Returns the row of a layer. The score has a reason of its own: it is over all pairs, not only those of the row's runs. */
function sensitivityRow(layer: StudyLayer) {
  const row = layerSimilarityRow(layer, layer.cosine);
  const { mean, pendingJobs, undefinedReason } = layer.cosine;
  return {
    ...row,
    cosine: layer.cosine,
    overSeeds: layer.cosine,
    pendingJob: pendingJobs[0] ?? null,
    undefinedReason: mean === null ? (undefinedReason ?? row.undefinedReason) : null,
  };
}

/** Fields of a layer's sensitivity that are computed only on request. */
@Resolver(() => LayerSensitivityType)
export class LayerSensitivityResolver {
  @FieldResolver(() => [PartSensitivityType], {
    description: "q, k and v of a fused projection with a known layout; empty for other layers, see partsReason.",
  })
  async parts(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<PartSensitivityRow[]> {
    const parts = await compareProjections(row, context);
    return parts.map(({ part, updates }) => {
      const { cosineSimilarity, undefinedReason, pendingJob } = updates.similarity;
      return {
        name: part.name,
        score: cosineSimilarity === null ? null : 1 - cosineSimilarity,
        undefinedReason,
        undefinedDetail: updates.detail,
        pendingJob,
        computed: updates.computed,
      };
    });
  }

  @FieldResolver(() => String, { nullable: true, description: "Why there are no parts; null if there are." })
  async partsReason(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<string | null> {
    const parts = await fusedProjections(row, context);
    return "reason" in parts ? parts.reason : null;
  }
}

/** The fields of the type, and the job that a pending score waits for. */
type PartSensitivityRow = PartSensitivityType & { readonly pendingJob: string | null };
