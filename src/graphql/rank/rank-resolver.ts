import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED } from "../cost/estimates.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { RankType } from "./rank-type.js";

@Resolver(() => RankType)
export class RankResolver {
  @Costs({ items: EXPECTED.runsPerRank })
  @FieldResolver(() => [ExperimentType], { description: "The runs that were trained at this rank." })
  async experiments(@Root() { r, studyId }: Rank, @Ctx() { loaders }: Context): Promise<Experiment[]> {
    const experiments = await loaders.experiments.load(studyId);
    return experiments.filter(({ rank }) => rank.r === r);
  }
}
