import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { LayerSimilarityRow } from "../../analysis/compared-layers.js";
import type { Context } from "../context.js";
import { comparedParts, partsOf } from "../../analysis/parts-of.js";
import { LayerSensitivityType } from "../layer/layer-type.js";
import { PartSensitivityType } from "./sensitivity-types.js";

/** What is computed of a layer's sensitivity only where it is asked for. */
@Resolver(() => LayerSensitivityType)
export class LayerSensitivityResolver {
  @FieldResolver(() => [PartSensitivityType], {
    description: "q, k and v of a fused projection whose layout is known; empty where it is none, see partsReason.",
  })
  async parts(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<PartSensitivityType[]> {
    return (await comparedParts(row, context)).map(({ part: { name }, updates }) => {
      const { cosineSimilarity, undefinedReason, pendingJob } = updates.similarity;
      const score = cosineSimilarity === null ? null : 1 - cosineSimilarity;
      return { name, score, undefinedReason, pendingJob, undefinedDetail: updates.detail, computed: updates.computed };
    });
  }

  @FieldResolver(() => String, { nullable: true, description: "Why there are no parts; null where there are." })
  async partsReason(@Root() row: LayerSimilarityRow, @Ctx() context: Context): Promise<string | null> {
    const fused = await partsOf(row, context);
    return "reason" in fused ? fused.reason : null;
  }
}
