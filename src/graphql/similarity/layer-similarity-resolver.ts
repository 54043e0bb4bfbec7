import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { failure } from "../../errors.js";
import type { LayerSimilarityRow } from "../../analysis/compared-layers.js";
import type { Context } from "../context.js";
import { comparedParts, partsOf } from "../../analysis/parts-of.js";
import { subspacesOf, type SubspaceRow } from "../../analysis/subspaces-of.js";
import { Costs } from "../cost/costs.js";
import { DECOMPOSITION_POINTS, PAIR_POINTS } from "../cost/estimates.js";
import { LayerSimilarityType, PartSimilarityType } from "./layer-similarity-type.js";
import { SubspaceSimilarityType } from "./subspace-type.js";

/** What is computed of a compared layer only where it is asked for. */
@Resolver(() => LayerSimilarityType)
export class LayerSimilarityResolver {
  @Costs({ points: DECOMPOSITION_POINTS })
  @FieldResolver(() => SubspaceSimilarityType, { description: "How the directions of the two updates overlap." })
  subspaceSimilarity(
    @Root() row: LayerSimilarityRow,
    @Arg("baselineDirections", () => Int, {
      nullable: true,
      description: "i: how many leading directions to take, 1 or more; all that the update has where it has fewer.",
    })
    baselineDirections: number | undefined,
    @Arg("candidateDirections", () => Int, { nullable: true, description: "j: the same of the candidate." })
    candidateDirections: number | undefined,
    @Ctx() { loaders }: Context,
  ): Promise<SubspaceRow> {
    return subspacesOf(loaders.weights, row, {
      baseline: directions("baselineDirections", baselineDirections),
      candidate: directions("candidateDirections", candidateDirections),
    });
  }

  @Costs({ points: 3 * PAIR_POINTS, items: 3 })
  @FieldResolver(() => [PartSimilarityType], {
    description: "q, k and v of a fused projection whose layout is known; empty where it is none, see partsReason.",
  })
  async parts(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<PartSimilarityType[]> {
    return (await comparedParts(row, context)).map(({ part, updates }) => ({
      ...{ ...part, ...updates.similarity },
      undefinedDetail: updates.detail,
      computed: updates.computed,
    }));
  }

  @FieldResolver(() => String, { nullable: true, description: "Why there are no parts; null where there are." })
  async partsReason(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<string | null> {
    const fused = await partsOf(row, context);
    return "reason" in fused ? fused.reason : null;
  }
}

/** @throws ARGUMENT_INVALID */
function directions(where: string, count: number | null | undefined): number | undefined {
  if (count == null) return undefined;
  if (count < 1) throw failure("ARGUMENT_INVALID", { where, received: String(count), allowed: "1 or more" });
  return count;
}
