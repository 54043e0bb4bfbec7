import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { ComparedLayer } from "../../analysis/similarity/compare-layers.js";
import { mergeProvenances, type Provenance } from "../../analysis/request/provenance.js";
import { projectionSensitivity } from "../../analysis/sensitivity/projection-sensitivity.js";
import { rolesKey } from "../../analysis/runs/select-roles.js";
import { similarityAtRank } from "../../analysis/similarity/similarity-at-rank.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { sensitivityMapSteps, type SensitivityMap } from "../../derive/sensitivity/sensitivity-map.js";
import { Scaling } from "../../model/enums/similarity.js";
import type { Layer } from "../../store/studies/layers.js";
import type { Study } from "../../store/studies/studies.js";
import { waitSecondsArg } from "../arguments.js";
import { Computed } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EVERY_RANK, EXPECTED, LAYER_LIST, PAIR_POINTS } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { LayerType } from "../layer/layer-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType({ description: "A rank that the means exclude." })
class LeftOutRank {
  @Field(() => Int, { description: "A tested rank r of the study." })
  rank!: number;

  @Field(() => String, {
    description: "Reason for the exclusion: `its runs started from different A`, or why the rank has no mean.",
  })
  because!: string;
}

@ObjectType({ description: "The pairs of runs with equal seeds that the values of one rank are means of." })
class SeedPairsOfRank {
  @Field(() => Int, { description: "A tested rank r of the study." })
  rank!: number;

  @Field(() => Int, { description: "Number of pairs in the means. 1 is a point estimate." })
  pairs!: number;

  @Field(() => Int, { description: "Number of pairs of runs with equal seeds at the rank." })
  available!: number;

  @Field(() => String, { nullable: true, description: "Why fewer pairs count than there are; null if all count." })
  reason!: string | null;
}

@ObjectType({ description: "The sensitivity of one layer at every rank." })
class LayerSensitivityRow {
  @Field(() => LayerType, { description: "The weight matrix of this row of the map." })
  layer!: object;

  @Field(() => [Float], {
    nullable: "items",
    description: "1 - mean cosine similarity over the pairs of seeds, by rank; null if undefined.",
  })
  values!: readonly (number | null)[];

  @Field(() => [Float], {
    nullable: "items",
    description: "Sample standard deviation over the pairs of seeds, by rank; null for fewer than two pairs.",
  })
  standardDeviations!: readonly (number | null)[];

  @Field(() => Float, {
    nullable: true,
    description: "Mean score over fairRanks; null if one of these ranks has no score.",
  })
  mean!: number | null;
}

@ObjectType({ description: "The sensitivity of one module over all blocks." })
class ModuleSensitivity {
  @Field(() => String, { description: "The path after the block number: `attn.c_attn`." })
  module!: string;

  @Field(() => Int, { description: "Number of layers with a mean." })
  layers!: number;

  @Field(() => Float, { description: "Mean of the layers' means." })
  mean!: number;
}

@ObjectType("PartSensitivityRow", { description: "The sensitivity of q, k or v over all fused projections." })
class PartSensitivityRowType {
  @Field(() => String, { description: "`q`, `k` or `v`." })
  name!: string;

  @Field(() => [Float], {
    nullable: "items",
    description: "Mean score over the layers for each of fairRanks; null if the score of a layer is undefined.",
  })
  values!: readonly (number | null)[];

  @Field(() => Float, {
    nullable: true,
    description: "Mean score over fairRanks; null if one of these ranks has no score.",
  })
  mean!: number | null;
}

@ObjectType("SensitivityMap", { description: "The sensitivity of every layer at every rank, as data for a heatmap." })
export class SensitivityMapType implements SensitivityMap<Layer> {
  @Field(() => [Int], { description: "The columns of the map: ranks, ascending." })
  ranks!: readonly number[];

  @Field(() => [Int], { description: "The ranks in the means: those whose runs started from the same A." })
  fairRanks!: readonly number[];

  @Field(() => [LeftOutRank], { description: "The ranks that the means exclude; empty if all are included." })
  leftOut!: readonly LeftOutRank[];

  @Field(() => [SeedPairsOfRank], { description: "The pairs of seeds of each rank, ascending by rank." })
  seedPairs!: readonly SeedPairsOfRank[];

  @Costs(LAYER_LIST)
  @Field(() => [LayerSensitivityRow], { description: "All layers of the study, in model order." })
  layers!: SensitivityMap<Layer>["layers"];

  @Field(() => [ModuleSensitivity], { description: "Modules over all blocks, most sensitive first." })
  modules!: readonly ModuleSensitivity[];

  @Field(() => Computed, { nullable: true, description: "How these values were computed; null if there are none." })
  computed!: Provenance | null;
}

/** A sensitivity map, and what its fields `parts` and `jobs` are computed from. */
interface SensitivityMapRow extends SensitivityMapType {
  readonly pendingJobs: readonly string[];
  /** The compared layers of each rank in `fairRanks`, of all its pairs of seeds. */
  readonly compared: readonly (readonly ComparedLayer[])[];
}

@Resolver(() => StudyType)
export class StudySensitivityMapResolver {
  @Costs(EVERY_RANK)
  @FieldResolver(() => SensitivityMapType, {
    description: "The sensitivity of every layer at every rank of the study, and of every module over all blocks.",
  })
  async sensitivityMap(
    @Root() study: Study,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<SensitivityMapRow> {
    const requested = {
      scaling: Scaling.ADAPTER,
      waitMilliseconds: resolveWait(waitSeconds, context),
      roles: { baseline, candidate },
    };
    const ofRequest = MAPS.get(context) ?? new Map<string, Promise<SensitivityMapRow>>();
    MAPS.set(context, ofRequest);
    const key = JSON.stringify([study.id, requested.waitMilliseconds, rolesKey(requested.roles)]);
    const map = ofRequest.get(key) ?? deriveMap(context, study, requested);
    ofRequest.set(key, map);
    return map;
  }
}

/** The maps of each request by study and arguments: aliases share them. */
const MAPS = new WeakMap<Context, Map<string, Promise<SensitivityMapRow>>>();

async function deriveMap(
  context: Context,
  study: Study,
  requested: Parameters<typeof similarityAtRank>[3],
): Promise<SensitivityMapRow> {
  const ranks = await context.loaders.ranks.load(study.id);
  const compared = await Promise.all(ranks.map(({ r }) => similarityAtRank(context, study, r, requested)));
  const map = await context.derivations.inSteps(sensitivityMapSteps(compared.map(({ similarity }) => similarity)));
  const fair = new Set(map.fairRanks);
  const comparable = compared.filter(({ similarity }) => fair.has(similarity.rank));
  return {
    ...map,
    computed: mergeProvenances(compared.map(({ computed }) => computed)),
    pendingJobs: [...new Set(compared.flatMap(({ similarity }) => similarity.pendingJobs))],
    compared: comparable.map(({ pairs }) => pairs.flat()),
  };
}

@Resolver(() => SensitivityMapType)
export class SensitivityMapResolver {
  @Costs({ points: 3 * PAIR_POINTS * EXPECTED.layers })
  @FieldResolver(() => [PartSensitivityRowType], {
    description: "q, k and v over all layers; empty if no layer is a fused projection with a known layout.",
  })
  parts(@Root() { compared }: SensitivityMapRow, @Ctx() context: Context): Promise<readonly PartSensitivityRowType[]> {
    return projectionSensitivity(compared, context);
  }
}
