import { Field, ID, Int, ObjectType, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { mapInTurns } from "../../store/in-turns.js";
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
  async experiments(@Root() { r, studyId }: Rank, @Ctx() { loaders }: Context): Promise<readonly Experiment[]> {
    const byRank = await experimentsByRank(await loaders.experiments.load(studyId));
    return byRank.get(r) ?? [];
  }
}

type ExperimentsByRank = ReadonlyMap<number, readonly Experiment[]>;

/** The experiments of each list by rank: all ranks and aliases of a request share them. */
const BY_RANK = new WeakMap<readonly Experiment[], Promise<ExperimentsByRank>>();

function experimentsByRank(experiments: readonly Experiment[]): Promise<ExperimentsByRank> {
  const byRank = BY_RANK.get(experiments) ?? groupByRank(experiments);
  BY_RANK.set(experiments, byRank);
  return byRank;
}

async function groupByRank(experiments: readonly Experiment[]): Promise<ExperimentsByRank> {
  const byRank = new Map<number, Experiment[]>();
  await mapInTurns(experiments, (experiment) => {
    if (experiment.rank === null) return;
    const ofRank = byRank.get(experiment.rank.r);
    if (ofRank === undefined) byRank.set(experiment.rank.r, [experiment]);
    else ofRank.push(experiment);
  });
  return byRank;
}
