import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.js";
import { sensitivityParts, type SensitivityMapRow } from "../sensitivity-parts.js";
import { PartSensitivityRowType, SensitivityMapType } from "../types/sensitivity.js";

@Resolver(() => SensitivityMapType)
export class SensitivityMapResolver {
  @FieldResolver(() => [PartSensitivityRowType], {
    description: "q, k and v over all layers; empty where no layer is a fused projection whose layout is known.",
  })
  async parts(@Root() map: SensitivityMapRow, @Ctx() context: Context): Promise<PartSensitivityRowType[]> {
    return (await sensitivityParts(map, context)).map(({ values, ...row }) => ({ ...row, values: [...values] }));
  }
}
