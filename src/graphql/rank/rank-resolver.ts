import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { degradationByRank } from "../../derive/degradation/degradation.js";
import type { Experiment } from "../../store/experiments.js";
import type { Rank } from "../../store/ranks.js";
import type { Context } from "../context.js";
import { acceptanceRule, measuredStudy } from "../../analysis/judged-study.js";
import { shownRoles } from "./shown-roles.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, bootstrapPoints } from "../cost/estimates.js";
import { DegradationType, RankType } from "./rank-type.js";

@Resolver(() => RankType)
export class RankResolver {
  @Costs({ items: EXPECTED.runsPerRank })
  @FieldResolver(() => [ExperimentType], { description: "The runs trained at this rank." })
  async experiments(@Root() rank: Rank, @Ctx() { loaders }: Context): Promise<Experiment[]> {
    return (await loaders.experiments.load(rank.studyId)).filter((experiment) => experiment.rank.r === rank.r);
  }

  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => DegradationType, {
    description:
      "Candidate against baseline: the study's configuration of the fewest bits against that of the most, unless they are given.",
  })
  async degradation(
    @Root() { r, studyId }: Rank,
    @Args(() => JudgementArguments) asked: JudgementArguments,
    @Ctx() { loaders }: Context,
  ): Promise<DegradationType> {
    const measured = await measuredStudy(loaders, studyId, asked);
    const { runs, roles, metric, higherIsBetter, experiments } = measured;
    const here = runs.filter(({ rank }) => rank === r);
    const [found] = degradationByRank(here, acceptanceRule(measured, asked), roles ?? null);
    if (found === undefined) throw new Error(`rank ${r} of study ${studyId} has no run`);
    return { ...found.degradation, metric, higherIsBetter, roles: shownRoles(roles, experiments) };
  }
}
