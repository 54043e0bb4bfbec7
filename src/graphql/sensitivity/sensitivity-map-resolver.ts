import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.js";
import { sensitivityParts } from "../../analysis/sensitivity-parts.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, PAIR_POINTS } from "../cost/estimates.js";
import { PartSensitivityRowType, SensitivityMapType } from "./sensitivity-types.js";
import type { SensitivityMapRow } from "./sensitivity-map-row.js";

@Resolver(() => SensitivityMapType)
export class SensitivityMapResolver {
  @Costs({ points: 3 * PAIR_POINTS * EXPECTED.layers })
  @FieldResolver(() => [PartSensitivityRowType], {
    description: "q, k and v over all layers; empty where no layer is a fused projection whose layout is known.",
  })
  async parts(@Root() map: SensitivityMapRow, @Ctx() context: Context): Promise<PartSensitivityRowType[]> {
    return (await sensitivityParts(map.compared, context)).map(({ values, ...row }) => ({
      ...row,
      values: [...values],
    }));
  }
}
