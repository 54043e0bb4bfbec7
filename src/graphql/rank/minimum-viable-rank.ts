import { Args, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from "type-graphql";
import { acceptanceRule, measuredStudy } from "../../analysis/judgement/measured-study.js";
import {
  notebookRankThreshold,
  rankThreshold,
  type RankRange as DerivedRankRange,
  type RankThreshold,
} from "../../derive/degradation/rank-threshold.js";
import { VerdictCertainty } from "../../model/enums/statistics.js";
import { RankBound } from "../../model/enums/verdict.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { bootstrapPoints } from "../cost/estimates.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";
import { StudyType } from "../study/study-type.js";
import { RolesType, rolesWithExperiments } from "./comparison-roles.js";

@ObjectType({ description: "The range of tested ranks that contains r*. Null stands for more than any tested rank." })
export class RankRange implements DerivedRankRange {
  @Field(() => Int, {
    nullable: true,
    description: "r* if every inconclusive rank were acceptable; null if no rank would be acceptable even then.",
  })
  least!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "r* if no inconclusive rank were acceptable; null if no rank would be acceptable then.",
  })
  greatest!: number | null;
}

@ObjectType("MinimumViableRank", { description: "The smallest rank that preserves quality, r*." })
export class MinimumViableRankType implements RankThreshold {
  @Field(() => Int, {
    nullable: true,
    description:
      "The smallest tested rank from which every larger tested rank is acceptable; null with bound NONE. r* lies above every inconclusive rank; see range.",
  })
  rank!: number | null;

  @Field(() => RankBound, { description: "Whether a smaller rank may be acceptable too, and whether any rank is." })
  bound!: RankBound;

  @Field(() => VerdictCertainty, {
    nullable: true,
    description: "Whether every tested rank has an interval; null if no rank could be judged.",
  })
  certainty!: VerdictCertainty | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The notebook's r*: the smallest rank with an acceptable percent, regardless of its interval and of larger ranks; null if there is none.",
  })
  leastAcceptableRank!: number | null;

  @Field(() => [Int], { description: "Ranks with a defined degradation, or with diverged runs only, ascending." })
  testedRanks!: readonly number[];

  @Field(() => [Int], {
    description:
      "Ranks that are not decided, ascending: their interval contains the threshold, some of their runs diverged, or they have a point estimate while other ranks have intervals.",
  })
  inconclusiveRanks!: readonly number[];

  @Field(() => RankRange, { description: "The range of ranks that contains r*, from the intervals." })
  range!: RankRange;

  @Field(() => String, { description: "The tested rank that decides, in one sentence." })
  reason!: string;

  @Field(() => RolesType, {
    nullable: true,
    description: "The compared configurations; null without two configurations to compare.",
  })
  roles!: RolesType | null;
}

@Resolver(() => StudyType)
export class MinimumViableRankResolver {
  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => MinimumViableRankType, { description: "The smallest rank that preserves quality, r*." })
  async minimumViableRank(
    @Root() { id }: Study,
    @Args(() => JudgementArguments) requested: JudgementArguments,
    @Ctx() { loaders, derivations }: Context,
  ): Promise<MinimumViableRankType> {
    const measured = await measuredStudy(loaders, id, requested);
    const { runs, roles, experiments } = measured;
    const degradations = await derivations.degradations({ runs, roles, rule: acceptanceRule(measured, requested) });
    const threshold =
      requested.rules === "NOTEBOOK" ? notebookRankThreshold(degradations) : rankThreshold(degradations);
    return { ...threshold, roles: rolesWithExperiments(roles, experiments) };
  }
}
