import { Field, ID, Int, ObjectType, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED } from "../cost/estimates.js";
import { ExperimentType } from "../experiment/experiment-type.js";

@ObjectType("Rank", { description: "One rank r of a study, with the experiments that were trained at it." })
export class RankType {
  @Field(() => ID, { description: "Id of this rank in this study. Arguments named `rank` take r instead." })
  id!: string;

  @Field(() => Int, {
    description: "The rank r, 1 or more: rows of A and columns of B. Arguments named `rank` take this value.",
  })
  r!: number;
}

@Resolver(() => RankType)
export class RankResolver {
  @Costs({ items: EXPECTED.runsPerRank })
  @FieldResolver(() => [ExperimentType], { description: "The runs that were trained at this rank." })
  async experiments(@Root() { r, studyId }: Rank, @Ctx() { loaders }: Context): Promise<Experiment[]> {
    const experiments = await loaders.experiments.load(studyId);
    return experiments.filter(({ rank }) => rank?.r === r);
  }
}
