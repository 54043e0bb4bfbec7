import { Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { acceptanceRule, measuredStudy } from "../../analysis/judgement/measured-study.js";
import type { Degradation } from "../../derive/degradation/degradation.js";
import { itemUncertainty, metricNameSteps } from "../../derive/evaluations/item-uncertainty.js";
import type { ItemDifference } from "../../derive/evaluations/item-difference.js";
import { DirectionSource } from "../../model/enums/direction-source.js";
import { AcceptanceVerdict } from "../../model/enums/verdict.js";
import { VerdictCertainty, IntervalMethod } from "../../model/enums/statistics.js";
import type { Rank } from "../../store/studies/ranks.js";
import { takeTurn } from "../../store/in-turns.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { bootstrapPoints } from "../cost/estimates.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";
import { ItemDifferenceType } from "../evaluation/item-difference.js";
import { RolesType, rolesWithExperiments } from "./comparison-roles.js";
import { IntervalType } from "./interval.js";
import { MeanTestType } from "./mean-test.js";
import { RankType } from "./rank.js";
import { SampleType } from "./sample.js";

@ObjectType("Degradation", { description: "How much worse the candidate is than the baseline at one rank." })
class DegradationType implements Degradation {
  @Field(() => Float, {
    nullable: true,
    description:
      "(candidate - baseline) / baseline * 100 of the means over independent runs. Positive is worse: the sign is reversed if higher values are better. Null if undefined, for example for a metric that is negative; see reason.",
  })
  percent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "candidate - baseline, in the unit of the metric; null if baseline or candidate has no value of the metric.",
  })
  absolute!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "Confidence interval of `absolute` by Welch's t; null with fewer than two independent runs each.",
  })
  absoluteInterval!: IntervalType | null;

  @Field(() => Float, {
    nullable: true,
    description: "`absolute` of a cross-entropy loss, in nats per token; null for other metrics.",
  })
  nats!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Perplexity of the candidate divided by that of the baseline, exp(nats): 5 % of a loss of 4.4 is 25 % of perplexity. Null for other metrics than losses.",
  })
  perplexityRatio!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the percent is below the threshold; false if a run of the candidate diverged; null if neither is known.",
  })
  acceptable!: boolean | null;

  @Field(() => AcceptanceVerdict, {
    description:
      "Verdict that includes the interval if there is one: INCONCLUSIVE if the interval contains the threshold, if the percent is null, or if some runs diverged and the others would be acceptable.",
  })
  verdict!: AcceptanceVerdict;

  @Field(() => VerdictCertainty, {
    nullable: true,
    description: "Whether the verdict rests on an interval or on a point estimate; null without a percent.",
  })
  certainty!: VerdictCertainty | null;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "Confidence interval of the percent over independent runs; null unless baseline and candidate have at least two each. See intervalReason.",
  })
  interval!: IntervalType | null;

  @Field(() => IntervalMethod, {
    nullable: true,
    description: "Method that computed the interval; null without an interval.",
  })
  intervalMethod!: IntervalMethod | null;

  @Field(() => String, {
    nullable: true,
    description: "Why there is no interval, or why it is not the requested one; null otherwise.",
  })
  intervalReason!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "What the interval assumes beyond independent runs, with its numbers: with POOLED_T, one relative standard deviation everywhere. Null without such an assumption.",
  })
  intervalAssumption!: string | null;

  @Field(() => MeanTestType, {
    nullable: true,
    description:
      "Welch's t-test of the two means, or the paired t-test; null with fewer than two seeds each, or if the values do not vary.",
  })
  test!: MeanTestType | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "p of the test, adjusted by Holm's method for all ranks of the study that have a test. Use it to claim that some rank differs. Null without a test.",
  })
  holmP!: number | null;

  @Field(() => Boolean, { description: "Whether interval and test use pairs of runs with equal seeds." })
  paired!: boolean;

  @Field(() => Int, {
    description:
      "Number of seeds with exactly one run each in baseline and candidate. `paired: true` needs at least two.",
  })
  pairs!: number;

  @Field(() => String, { description: "The compared metric: `training_loss`, `the best eval_loss`." })
  metric!: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether higher values of the metric count as better; null if the request, the evaluation's file and the name do not tell.",
  })
  higherIsBetter!: boolean | null;

  @Field(() => DirectionSource, {
    nullable: true,
    description: "Source of the better direction; null if it is unknown.",
  })
  directionSource!: DirectionSource | null;

  @Field(() => ItemDifferenceType, {
    nullable: true,
    description:
      "The same difference with the uncertainty of a finite number of evaluated items; null for a metric without standard errors. `verdict` and `certainty` do not take it into account.",
  })
  items!: ItemDifference | null;

  @Field(() => RolesType, {
    nullable: true,
    description: "The compared configurations; null without two configurations to compare.",
  })
  roles!: RolesType | null;

  @Field(() => SampleType, {
    nullable: true,
    description: "Finite values of the baseline at this rank; null if there are none.",
  })
  baseline!: SampleType | null;

  @Field(() => SampleType, {
    nullable: true,
    description: "Finite values of the candidate at this rank; null if there are none.",
  })
  candidate!: SampleType | null;

  @Field(() => Int, { description: "Number of runs of the baseline that diverged: their metric is NaN or infinite." })
  baselineDiverged!: number;

  @Field(() => Int, {
    description:
      "Number of runs of the candidate that diverged: their metric is NaN or infinite. A rank with one is never ACCEPTABLE.",
  })
  candidateDiverged!: number;

  @Field(() => String, {
    nullable: true,
    description: "Why the percent is null, which runs diverged, or why the interval is unbounded; null otherwise.",
  })
  reason!: string | null;
}

/** Items of simple work that the result of one rank is (see takeTurn). */
const ITEMS_PER_DEGRADATION = 10;

@Resolver(() => RankType)
export class RankDegradationResolver {
  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => DegradationType, {
    description:
      "The candidate compared with the baseline. By default the baseline has the most bits per base weight and the candidate the fewest.",
  })
  async degradation(
    @Root() { r, studyId }: Rank,
    @Args(() => JudgementArguments) requested: JudgementArguments,
    @Ctx() { loaders, derivations, signal }: Context,
  ): Promise<DegradationType> {
    const measured = await measuredStudy(loaders, studyId, requested);
    const { runs, roles, metric, higherIsBetter, directionSource, experiments } = measured;
    const rule = acceptanceRule(measured, requested);
    const degradation = await derivations.degradationAt({ runs, roles, rule }, r);
    await derivations.inSteps(metricNameSteps(runs));
    // All ranks and aliases of a request continue at once.
    await takeTurn(ITEMS_PER_DEGRADATION, signal);
    if (degradation === undefined) throw new Error(`rank ${r} of study ${studyId} has no run`);
    return {
      ...degradation,
      metric,
      higherIsBetter,
      directionSource,
      items: itemUncertainty(runs, roles, r, { metric, higherIsBetter, confidence: rule.analysis.confidence }),
      roles: rolesWithExperiments(roles, experiments),
    };
  }
}
