import { Arg, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { degradationByRank } from "../../derive/degradation.js";
import { diagnosticSummary, type DiagnosticSummary } from "../../derive/diagnostic-summary.js";
import { failureModes } from "../../derive/failure-modes.js";
import { paretoFrontier } from "../../derive/pareto.js";
import { rankThreshold, type RankThreshold } from "../../derive/rank-threshold.js";
import { recommend } from "../../derive/recommend.js";
import { hypotheses, type Hypothesis, type HypothesisRule } from "../../derive/verdicts.js";
import type { Study } from "../../store/studies.js";
import { DEFAULT_RULE, similarityThresholdArg, thresholdArg, twoSidedArg, waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { together, type Provenance } from "../provenance.js";
import { byId, runOf } from "../study-runs.js";
import {
  DiagnosticSummaryType,
  FailureModeType,
  HypothesisType,
  ParetoPointType,
  RecommendationType,
} from "../types/diagnosis.js";
import { MetricName, Scaling } from "../types/enums.js";
import { MinimumViableRankType } from "../types/rank.js";
import { StudyType } from "../types/study.js";
import { waitOf } from "../wait.js";

const metricArg = { defaultValue: DEFAULT_RULE.metric };

/** What follows from a study's facts. Nothing here is stored: each conclusion is derived for the thresholds asked about. */
@Resolver(() => StudyType)
export class StudyDiagnosisResolver {
  @FieldResolver(() => MinimumViableRankType, { description: "The least rank that keeps quality, r*." })
  async minimumViableRank(
    @Root() { id }: Study,
    @Arg("metric", () => MetricName, metricArg) metric: MetricName,
    @Arg("thresholdPercent", () => Float, thresholdArg) thresholdPercent: number,
    @Arg("twoSided", () => Boolean, twoSidedArg) twoSided: boolean,
    @Ctx() { loaders }: Context,
  ): Promise<RankThreshold> {
    const runs = (await loaders.experiments.load(id)).map(runOf);
    return rankThreshold(degradationByRank(runs, { metric, thresholdPercent, twoSided }));
  }

  @FieldResolver(() => [HypothesisType], {
    description: "H1, H2 and H3, judged by the study's facts, with what makes the judgement unfair.",
  })
  async hypotheses(
    @Root() study: Study,
    @Arg("metric", () => MetricName, metricArg) metric: MetricName,
    @Arg("thresholdPercent", () => Float, thresholdArg) thresholdPercent: number,
    @Arg("similarityThreshold", () => Float, similarityThresholdArg) similarityThreshold: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<(Hypothesis & { computed: Provenance | null })[]> {
    const rule = { ...DEFAULT_RULE, metric, thresholdPercent, similarityThreshold };
    const { computed, ...facts } = await evidence(context, study, rule, waitSeconds);
    // H3 rests on metrics alone.
    return hypotheses(facts, rule).map((found) => ({ ...found, computed: found.id === "H3" ? null : computed }));
  }

  @FieldResolver(() => [ParetoPointType], {
    description:
      "The runs that have both metrics, by ascending x; those that are not dominated are the Pareto frontier.",
  })
  async paretoFrontier(
    @Root() { id }: Study,
    @Arg("x", () => MetricName) x: MetricName,
    @Arg("y", () => MetricName) y: MetricName,
    @Ctx() { loaders }: Context,
  ): Promise<ParetoPointType[]> {
    const experiments = await loaders.experiments.load(id);
    const points = experiments.map(runOf).flatMap((run) => {
      const at = { x: run.metrics.get(x), y: run.metrics.get(y) };
      return isFinite(at.x) && isFinite(at.y) ? [{ item: run, x: at.x, y: at.y }] : [];
    });
    const find = byId(experiments);
    return paretoFrontier(points).map(({ item, ...point }) => ({ experiment: find(item), ...point }));
  }

  @FieldResolver(() => [FailureModeType], { description: "What went wrong, the most severe first." })
  async failureModes(
    @Root() study: Study,
    @Arg("metric", () => MetricName, metricArg) metric: MetricName,
    @Arg("thresholdPercent", () => Float, thresholdArg) thresholdPercent: number,
    @Arg("similarityThreshold", () => Float, similarityThresholdArg) similarityThreshold: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<FailureModeType[]> {
    const rule = { ...DEFAULT_RULE, metric, thresholdPercent, similarityThreshold };
    const find = byId(await context.loaders.experiments.load(study.id));
    const modes = failureModes(await evidence(context, study, rule, waitSeconds), rule);
    return modes.map((mode) => ({ ...mode, experiments: mode.experiments.map(find) }));
  }

  @FieldResolver(() => DiagnosticSummaryType, { description: "The notebook's closing table for one rank." })
  async diagnosticSummary(
    @Root() { id }: Study,
    @Arg("rank", () => Int) rank: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<DiagnosticSummary & { computed: Provenance | null }> {
    const { loaders } = context;
    const waitMilliseconds = waitOf(waitSeconds, context);
    const [experiments, { similarity, computed }] = await Promise.all([
      loaders.experiments.load(id),
      loaders.similarity.load({ studyId: id, rank, scaling: Scaling.ADAPTER, waitMilliseconds }),
    ]);
    return { ...diagnosticSummary(experiments.map(runOf), rank, similarity), computed };
  }

  @FieldResolver(() => RecommendationType, {
    description: "The run of the least metric that fits the budget; ties go to the smaller rank.",
  })
  async recommendation(
    @Root() { id }: Study,
    @Arg("memoryBudgetMb", () => Float, {
      nullable: true,
      description: "Largest peak memory, MB; no limit by default.",
    })
    memoryBudgetMb: number | undefined,
    @Arg("maxDegradationPercent", () => Float, {
      nullable: true,
      description: "Largest degradation against the baseline of the same rank, percent; no limit by default.",
    })
    maxDegradationPercent: number | undefined,
    @Arg("metric", () => MetricName, metricArg) metric: MetricName,
    @Ctx() { loaders }: Context,
  ): Promise<RecommendationType> {
    const experiments = await loaders.experiments.load(id);
    const budget = { metric, memoryMb: memoryBudgetMb ?? null, degradationPercent: maxDegradationPercent ?? null };
    const { run, because, alternatives } = recommend(experiments.map(runOf), budget);
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
}

/** The facts that hypotheses and failure modes rest on; the similarities of all ranks are loaded together. */
async function evidence(context: Context, { id }: Study, rule: HypothesisRule, waitSeconds: number | undefined) {
  const { loaders } = context;
  const waitMilliseconds = waitOf(waitSeconds, context);
  const [experiments, ranks] = await Promise.all([loaders.experiments.load(id), loaders.ranks.load(id)]);
  const runs = experiments.map(runOf);
  const similarities = await Promise.all(
    ranks.map(({ r }) => loaders.similarity.load({ studyId: id, rank: r, scaling: Scaling.ADAPTER, waitMilliseconds })),
  );
  return {
    runs,
    degradations: degradationByRank(runs, rule),
    similarities: similarities.map(({ similarity }) => similarity),
    computed: together(similarities.map(({ computed }) => computed)),
  };
}

function isFinite(value: number | undefined): value is number {
  return Number.isFinite(value);
}
