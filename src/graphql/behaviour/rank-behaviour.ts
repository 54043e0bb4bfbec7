import { Args, ArgsType, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { requireEvaluationSet } from "../../analysis/behaviour/evaluation-set.js";
import { rankBehaviour, type MeasuredPair } from "../../analysis/behaviour/rank-behaviour.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import type { CompleteMean } from "../../derive/statistics/complete-mean.js";
import type { Interval } from "../../derive/statistics/sample.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, MEASUREMENT_POINTS } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { checkConfidence } from "../evaluation/compare-evaluations.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { IntervalType } from "../rank/interval.js";
import { RankType } from "../rank/rank.js";
import { divergenceFields, DivergenceMeasurementType } from "./pair-behaviour.js";

@ObjectType("PairMean", { description: "A mean over pairs of runs.", simpleResolvers: true })
export class PairMeanType implements CompleteMean {
  @Field(() => Float, { description: "Mean of the pairs' values." })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation over the pairs; null for a single pair.",
  })
  standardDeviation!: number | null;

  @Field(() => Int, { description: "Number of pairs." })
  n!: number;

  @Field(() => IntervalType, {
    nullable: true,
    description: "Interval over the pairs by Student's t; null for a single pair, and for equal values.",
  })
  interval!: Interval | null;
}

@ObjectType("PairDivergence", {
  description: "Two runs of a rank and how their predictions differ.",
  simpleResolvers: true,
})
class PairDivergenceType {
  @Field(() => Int, {
    nullable: true,
    description: "Seed of both runs; null if it is unknown, or if their seeds differ.",
  })
  seed!: number | null;

  @Field(() => ExperimentType, { description: "The run whose predictions are the reference." })
  reference!: object;

  @Field(() => ExperimentType, { description: "The run that is compared with it." })
  candidate!: object;

  @Field(() => DivergenceMeasurementType, { description: "How their predictions differ." })
  divergence!: DivergenceMeasurementType;
}

@ObjectType("RankBehaviour", {
  description:
    "How far the candidate's predictions differ from the baseline's at a rank, compared with those of another seed.",
  simpleResolvers: true,
})
class RankBehaviourType {
  @Field(() => PairMeanType, {
    nullable: true,
    description:
      "KL divergence of baseline and candidate in nats per token, over pairs of equal seeds; null without pairs, and while a pair is missing.",
  })
  klDivergence!: CompleteMean | null;

  @Field(() => PairMeanType, {
    nullable: true,
    description:
      "KL divergence of baseline runs of different seeds, the noise floor; null without such pairs, and while a pair is missing.",
  })
  seedKlDivergence!: CompleteMean | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "klDivergence / seedKlDivergence, of the means; null if either is. Below 1, the candidate moves predictions less than another seed on average: see the intervals.",
  })
  ratioToSeeds!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "One sentence that compares the two divergences; null if either is missing.",
  })
  statement!: string | null;

  @Field(() => Int, {
    description: "Number of pairs of equal seeds at the rank, of which at most the first ten are measured.",
  })
  available!: number;

  @Field(() => [PairDivergenceType], { description: "The pairs of baseline and candidate." })
  pairs!: readonly PairDivergenceType[];

  @Field(() => [PairDivergenceType], {
    description: "The pairs of baseline runs of different seeds, at most four: neighbours in the order of the seeds.",
  })
  seedPairs!: readonly PairDivergenceType[];
}

@ArgsType()
class RankBehaviourArguments extends RolesArguments {
  @Field(() => String, {
    description: "Name of a registered evaluation set. Another name is an error (EVALUATION_SET_NOT_FOUND).",
  })
  on!: string;

  @Field(() => Float, {
    nullable: true,
    description: "Maximum wait in seconds, from the start of the request, 0 to 60; by default the server's setting.",
  })
  waitSeconds?: number | null;

  @Field(() => Float, { defaultValue: 0.95, description: "Confidence level of the intervals, 0.5 to 0.999." })
  confidence!: number;
}

@Resolver(() => RankType)
export class RankBehaviourResolver {
  @Costs({ points: EXPECTED.runsPerRank * MEASUREMENT_POINTS })
  @FieldResolver(() => RankBehaviourType, {
    description: "Divergence of predictions on an evaluation set, between baseline and candidate and between seeds.",
  })
  async behaviour(
    @Root() { r, studyId }: Rank,
    @Args(() => RankBehaviourArguments) { on, waitSeconds, confidence, baseline, candidate }: RankBehaviourArguments,
    @Ctx() context: Context,
  ): Promise<RankBehaviourType> {
    checkConfidence(confidence);
    const measured = await rankBehaviour(context, {
      studyId,
      rank: r,
      roles: { baseline, candidate },
      set: await requireEvaluationSet(context.loaders, on),
      confidence,
      waitMilliseconds: resolveWait(waitSeconds, context),
    });
    return { ...measured, pairs: measured.pairs.map(pairFields), seedPairs: measured.seedPairs.map(pairFields) };
  }
}

function pairFields({ measured, ...pair }: MeasuredPair): PairDivergenceType {
  return { ...pair, divergence: divergenceFields(measured) };
}
