import { Ctx, FieldResolver, Float, Resolver, Root } from "type-graphql";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED } from "../cost/estimates.js";
import { Curve } from "./experiment-type.js";

/** Fields of a curve that are loaded only when they are requested. */
@Resolver(() => Curve)
export class CurveResolver {
  @Costs({ points: () => EXPECTED.pointsPerCurve })
  @FieldResolver(() => [Float], {
    nullable: true,
    description:
      "Times at which the points were logged, in seconds since 1970 (UTC), one per step; null if no file gives them.",
  })
  async wallTimes(
    @Root() { experimentId, metric, kept }: Curve,
    @Ctx() { loaders }: Context,
  ): Promise<(number | undefined)[] | null> {
    const times = await loaders.wallTimes.load({ experimentId, name: metric });
    return times === undefined ? null : kept.map((i) => times[i]);
  }
}
