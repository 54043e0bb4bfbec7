import { Arg, Ctx, FieldResolver, Float, Resolver, Root } from "type-graphql";
import { degradationByRank, type Degradation } from "../../derive/degradation.js";
import type { Experiment } from "../../store/experiments.js";
import type { Rank } from "../../store/ranks.js";
import { DEFAULT_RULE, thresholdArg, twoSidedArg } from "../arguments.js";
import type { Context } from "../context.js";
import { runOf } from "../study-runs.js";
import { MetricName } from "../types/enums.js";
import { ExperimentType } from "../types/experiment.js";
import { DegradationType, RankType } from "../types/rank.js";

@Resolver(() => RankType)
export class RankResolver {
  @FieldResolver(() => [ExperimentType], { description: "The runs trained at this rank." })
  async experiments(@Root() rank: Rank, @Ctx() { loaders }: Context): Promise<Experiment[]> {
    return (await loaders.experiments.load(rank.studyId)).filter((experiment) => experiment.rank.r === rank.r);
  }

  @FieldResolver(() => DegradationType, {
    description: "Candidate against baseline: the study's configuration of the fewest bits against that of the most.",
  })
  async degradation(
    @Root() rank: Rank,
    @Arg("metric", () => MetricName, { defaultValue: DEFAULT_RULE.metric }) metric: MetricName,
    @Arg("thresholdPercent", () => Float, thresholdArg) thresholdPercent: number,
    @Arg("twoSided", () => Boolean, twoSidedArg) twoSided: boolean,
    @Ctx() { loaders }: Context,
  ): Promise<Degradation | undefined> {
    const runs = (await loaders.experiments.load(rank.studyId)).map(runOf);
    const byRank = degradationByRank(runs, { metric, thresholdPercent, twoSided });
    return byRank.find((entry) => entry.rank === rank.r)?.degradation;
  }
}
