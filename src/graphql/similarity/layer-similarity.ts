import { Arg, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { LayerSimilarityRow } from "../../analysis/similarity/compare-layers.js";
import { compareProjections, fusedProjections } from "../../analysis/similarity/compare-projections.js";
import { compareSubspaces, type SubspaceRow } from "../../analysis/similarity/compare-subspaces.js";
import type { PairStatistics } from "../../derive/similarity/pair-statistics.js";
import type { LayerSimilarity } from "../../derive/similarity/layer-similarity.js";
import { failure } from "../../errors.js";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { ComputedResult } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { DECOMPOSITION_POINTS, PAIR_POINTS } from "../cost/estimates.js";
import { LayerType } from "../layer/layer-type.js";
import { CosineOverSeedsType } from "./seed-pair-statistics.js";
import { SubspaceSimilarityType } from "./subspace-similarity.js";

/** The comparison of two updates, or of some of their rows. */
@ObjectType({ simpleResolvers: true })
abstract class UpdateSimilarity
  extends ComputedResult
  implements Omit<LayerSimilarity, "initialCosine" | "pendingJob">
{
  @Field(() => Float, {
    nullable: true,
    description: "<dW1, dW2> / (|dW1| |dW2|), from -1 to 1; null if undefined, see undefinedReason.",
  })
  cosineSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1 - dW2|, Frobenius norm; null if undefined for any reason but ZERO_UPDATE.",
  })
  l2Distance!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "|dW1 - dW2| / |dW1|, where 1 is the baseline; null if |dW1| is 0, or undefined for any reason but ZERO_UPDATE.",
  })
  relativeDifference!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1|, Frobenius norm; null if undefined for any reason but ZERO_UPDATE.",
  })
  baselineNorm!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW2|, Frobenius norm; null if undefined for any reason but ZERO_UPDATE.",
  })
  candidateNorm!: number | null;

  @Field(() => UndefinedReason, {
    nullable: true,
    description: "Why the cosine similarity is null; null if it is defined.",
  })
  undefinedReason!: UndefinedReason | null;
}

@ObjectType("LayerSimilarity", {
  description: "Comparison of the updates of one layer in two runs.",
  simpleResolvers: true,
})
export class LayerSimilarityType extends UpdateSimilarity {
  @Field(() => LayerType, {
    description: "The updated weight matrix. Across studies this is the baseline's layer, if the baseline adapts it.",
  })
  layer!: object;

  @Field(() => CosineOverSeedsType, {
    nullable: true,
    description: "The cosine similarity over all pairs of seeds of the rank; null for a comparison of two given runs.",
  })
  overSeeds!: PairStatistics | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "cos(A1, A2): near 1 if both runs started from the same random A, near 0 if they did not; null if undefined.",
  })
  initialCosine!: number | null;
}

@ObjectType("PartSimilarity", {
  description: "Comparison of q, k or v of a fused projection: a range of rows of B with the same A.",
  simpleResolvers: true,
})
export class PartSimilarityType extends UpdateSimilarity {
  @Field(() => String, { description: "`q`, `k` or `v`." })
  name!: string;

  @Field(() => Int, { description: "The first row of B, from 0." })
  from!: number;

  @Field(() => Int, { description: "The row of B after the last one." })
  to!: number;
}

/** Fields of a compared layer that are computed only on request. */
@Resolver(() => LayerSimilarityType)
export class LayerSimilarityResolver {
  @Costs({ points: DECOMPOSITION_POINTS })
  @FieldResolver(() => SubspaceSimilarityType, {
    description: "Overlap of the leading singular directions of the two updates.",
  })
  subspaceSimilarity(
    @Root() row: LayerSimilarityRow,
    @Arg("baselineDirections", () => Int, {
      nullable: true,
      description: "i: number of leading directions of the baseline, 1 or more. By default, and at most, all of them.",
    })
    baselineDirections: number | undefined,
    @Arg("candidateDirections", () => Int, {
      nullable: true,
      description: "j: number of leading directions of the candidate, 1 or more. By default, and at most, all of them.",
    })
    candidateDirections: number | undefined,
    @Ctx() { loaders }: Context,
  ): Promise<SubspaceRow> {
    return compareSubspaces(loaders.weights, row, {
      baseline: directions("baselineDirections", baselineDirections),
      candidate: directions("candidateDirections", candidateDirections),
    });
  }

  @Costs({ points: 3 * PAIR_POINTS, items: 3 })
  @FieldResolver(() => [PartSimilarityType], {
    description:
      "Comparison of q, k and v of a fused projection with a known layout; empty for other layers, see partsReason.",
  })
  async parts(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<PartSimilarityType[]> {
    const parts = await compareProjections(row, context);
    return parts.map(({ part, updates }) => ({
      ...part,
      ...updates.similarity,
      undefinedDetail: updates.detail,
      computed: updates.computed,
    }));
  }

  @FieldResolver(() => String, { nullable: true, description: "Why there are no parts; null if there are." })
  async partsReason(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<string | null> {
    const parts = await fusedProjections(row, context);
    return "reason" in parts ? parts.reason : null;
  }
}

/** @throws ARGUMENT_INVALID */
function directions(where: string, count: number | null | undefined): number | undefined {
  if (count == null) return undefined;
  if (count < 1) throw failure("ARGUMENT_INVALID", { where, received: String(count), allowed: "1 or more" });
  return count;
}
