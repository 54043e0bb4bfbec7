import { Arg, Args, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { degradationByRank } from "../../derive/degradation/degradation.js";
import { higherIsBetter } from "../../derive/runs/metric-choice.js";
import { paretoFrontier } from "../../derive/tradeoffs/pareto-frontier.js";
import { degradationTrend, memoryTrend, type RankTrend } from "../../derive/degradation/rank-trend.js";
import { recommend } from "../../derive/tradeoffs/recommend.js";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies.js";
import type { Context } from "../context.js";
import { acceptanceRule, measuredStudy } from "../../analysis/judged-study.js";
import { byId, runOf } from "../../analysis/study-runs.js";
import { MetricName } from "../../model/enums/metric.js";
import { JudgementArguments, MetricArguments } from "../diagnosis/judgement-arguments.js";
import { StudyType } from "../study/study-type.js";
import { Costs } from "../cost/costs.js";
import { bootstrapPoints, diagnosisPoints } from "../cost/estimates.js";
import { ParetoPointType, RankTrendType, RecommendationType } from "./tradeoff-types.js";

const keyArg = (axis: string) => ({
  nullable: true,
  description: `Any other metric by its name; takes the place of \`${axis}\`.`,
});

/** What a study's runs cost and yield, against each other. */
@Resolver(() => StudyType)
export class StudyTradeoffsResolver {
  @FieldResolver(() => [ParetoPointType], {
    description:
      "The runs that have all the metrics, by ascending x; those that are not dominated are the Pareto frontier. Less is better, except of accuracies, matches and similarities.",
  })
  async paretoFrontier(
    @Root() { id }: Study,
    @Arg("x", () => MetricName, { nullable: true, description: "The first metric; needed unless xKey is given." })
    x: MetricName | undefined,
    @Arg("y", () => MetricName, { nullable: true, description: "The second metric; needed unless yKey is given." })
    y: MetricName | undefined,
    @Arg("z", () => MetricName, { nullable: true, description: "A third metric." }) z: MetricName | undefined,
    @Arg("xKey", () => String, keyArg("x")) xKey: string | undefined,
    @Arg("yKey", () => String, keyArg("y")) yKey: string | undefined,
    @Arg("zKey", () => String, keyArg("z")) zKey: string | undefined,
    @Ctx() { loaders }: Context,
  ): Promise<ParetoPointType[]> {
    const keys = { x: named("x", xKey ?? x), y: named("y", yKey ?? y), z: zKey ?? z ?? null };
    const experiments = await loaders.experiments.load(id);
    const points = experiments.map(runOf).flatMap((run) => {
      const at = { x: run.metrics.get(keys.x), y: run.metrics.get(keys.y) };
      const third = keys.z === null ? undefined : run.metrics.get(keys.z);
      if (!isFinite(at.x) || !isFinite(at.y) || (keys.z !== null && !isFinite(third))) return [];
      return [{ item: run, x: at.x, y: at.y, z: third }];
    });
    const better = { x: higherIsBetter(keys.x), y: higherIsBetter(keys.y), z: higherIsBetter(keys.z ?? "") };
    const find = byId(experiments);
    return paretoFrontier(points, better).map(({ item, z: third, ...point }) => ({
      ...point,
      z: third ?? null,
      experiment: find(item),
    }));
  }

  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => RecommendationType, {
    description: "The run of the best metric that fits the budgets; ties go to the smaller rank.",
  })
  async recommendation(
    @Root() { id }: Study,
    @Arg("memoryBudgetMb", () => Float, {
      nullable: true,
      description: "Largest peak memory, MB; no limit by default.",
    })
    memoryBudgetMb: number | undefined,
    @Arg("timeBudgetSeconds", () => Float, {
      nullable: true,
      description: "Longest training time, seconds; no limit by default.",
    })
    timeBudgetSeconds: number | undefined,
    @Arg("maxDegradationPercent", () => Float, {
      nullable: true,
      description: "Largest degradation against the baseline of the same rank, percent; no limit by default.",
    })
    maxDegradationPercent: number | undefined,
    @Args(() => MetricArguments) asked: MetricArguments,
    @Ctx() { loaders }: Context,
  ): Promise<RecommendationType> {
    const { experiments, runs, roles, ...measured } = await measuredStudy(loaders, id, asked);
    const budget = {
      ...measured,
      memoryMb: memoryBudgetMb ?? null,
      timeSeconds: timeBudgetSeconds ?? null,
      degradationPercent: maxDegradationPercent ?? null,
    };
    const { run, because, alternatives } = recommend(runs, budget, roles ?? null);
    const find = byId(experiments);
    const experiment = run && find(run);
    return {
      experiment,
      rank: experiment && { ...experiment.rank, studyId: id },
      because,
      alternatives: alternatives.map(({ run: rejected, rejectedBecause }) => ({
        experiment: find(rejected),
        rejectedBecause,
      })),
    };
  }

  @Costs({ points: diagnosisPoints })
  @FieldResolver(() => [RankTrendType], {
    description:
      "Peak memory of both sides, linear in the rank, and the degradation of the metric over log2 of the rank; ranks that were not tested are predicted only where the trend justifies it.",
  })
  async rankTrends(
    @Root() { id }: Study,
    @Arg("ranks", () => [Int], { description: "The ranks to predict, each 1 or more." }) ranks: number[],
    @Args(() => JudgementArguments) asked: JudgementArguments,
    @Ctx() { loaders }: Context,
  ): Promise<RankTrendType[]> {
    const wrong = ranks.filter((rank) => rank < 1);
    if (wrong.length > 0) {
      throw failure("ARGUMENT_INVALID", { where: "ranks", received: wrong.join(", "), allowed: "1 or more" });
    }
    const measured = await measuredStudy(loaders, id, asked);
    const { runs, roles, metric } = measured;
    if (roles === undefined) return [];
    const degradations = degradationByRank(runs, acceptanceRule(measured, asked), roles);
    return [
      memoryTrend(runs, roles.baseline, MetricName.PEAK_MEMORY_MB, ranks),
      memoryTrend(runs, roles.candidate, MetricName.PEAK_MEMORY_MB, ranks),
      degradationTrend(degradations, metric, ranks),
    ].map(shownTrend);
  }
}

function shownTrend({ ranks, predictions, ...trend }: RankTrend): RankTrendType {
  return { ...trend, ranks: [...ranks], predictions: [...predictions] };
}

/** @throws ARGUMENT_INVALID */
function named(axis: "x" | "y", key: string | null | undefined): string {
  if (key != null) return key;
  throw failure("ARGUMENT_INVALID", { where: axis, received: "none", allowed: `a metric as ${axis} or ${axis}Key` });
}

function isFinite(value: number | undefined): value is number {
  return Number.isFinite(value);
}
