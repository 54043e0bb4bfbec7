import { Arg, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root } from "type-graphql";
import { configDifferences, type ConfigDifference } from "../../derive/runs/config-differences.js";
import type { Confound } from "../../derive/confounds/confound.js";
import { orderLayers } from "../../derive/similarity/layer-order.js";
import { metricDeltas, type MetricDelta } from "../../derive/runs/metric-deltas.js";
import { pairConfounds } from "../../derive/confounds/pair-confounds.js";
import { failure } from "../../errors.js";
import { scalingArg, waitSecondsArg } from "../arguments.js";
import type { RunCheckpoint } from "../../analysis/checkpoint-layers.js";
import { checkpointOf } from "../../analysis/checkpoint-of.js";
import { layerSimilarityRow, type LayerSimilarityRow } from "../../analysis/compared-layers.js";
import type { CheckpointPair } from "../../analysis/comparison-loader.js";
import type { Context } from "../context.js";
import { knownExperiments } from "../../analysis/known-experiments.js";
import { runSettings } from "../../analysis/run-settings.js";
import { runOf } from "../../analysis/study-runs.js";
import {
  ComparisonSummaryType,
  ConfigDifferenceType,
  ExperimentComparisonType,
  MetricDeltaType,
} from "./comparison-type.js";
import { ConfoundType } from "../diagnosis/hypotheses.js";
import { LayerOrder, Scaling } from "../../model/enums/similarity.js";
import { LayerSimilarityType } from "../similarity/layer-similarity-type.js";
import { waitOf } from "../../analysis/wait.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, ONE_PAIR } from "../cost/estimates.js";

/** What the fields of a comparison are resolved from. */
interface Comparison extends ExperimentComparisonType {
  readonly pair: CheckpointPair;
}

/** Two runs, whatever their studies. Weights are compared only for the fields that need them. */
@Resolver(() => ExperimentComparisonType)
export class CompareExperimentsResolver {
  @Requires("reader")
  @Query(() => ExperimentComparisonType, {
    nullable: true,
    description:
      "Two runs of any studies. Layers meet by name; what makes the comparison unfair, other base models among it, is a confound and no error. Null only beside an error.",
  })
  async compareExperiments(
    @Arg("baseline", () => ID, { description: "An experiment's id." }) baseline: string,
    @Arg("candidate", () => ID, { description: "An experiment's id." }) candidate: string,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("baselineCheckpoint", () => ID, {
      nullable: true,
      description:
        "A checkpoint of the baseline; its end by default. Neighbouring checkpoints of one run show the noise floor.",
    })
    baselineCheckpoint: string | undefined,
    @Arg("candidateCheckpoint", () => ID, { nullable: true, description: "A checkpoint of the candidate." })
    candidateCheckpoint: string | undefined,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<Comparison> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    const [left, right] = await Promise.all([
      oneSide(context, baseline, "baseline", baselineCheckpoint),
      oneSide(context, candidate, "candidate", candidateCheckpoint),
    ]);
    return {
      baseline: left.experiment,
      candidate: right.experiment,
      baselineCheckpoint: left.checkpoint ?? null,
      candidateCheckpoint: right.checkpoint ?? null,
      scaling,
      pair: { baseline: left, candidate: right, scaling, waitMilliseconds },
    };
  }

  @FieldResolver(() => [MetricDeltaType], { description: "The metrics that either run has, by name." })
  metricDeltas(@Root() { pair }: Comparison): MetricDelta[] {
    return metricDeltas(runOf(pair.baseline.experiment).metrics, runOf(pair.candidate.experiment).metrics);
  }

  @FieldResolver(() => [ConfigDifferenceType], { description: "The settings in which the runs differ." })
  async configDifferences(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<ConfigDifference[]> {
    return configDifferences(
      ...(await Promise.all([runSettings(loaders, pair.baseline), runSettings(loaders, pair.candidate)])),
    );
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => [ConfoundType], { description: "What makes the comparison unfair, or leaves part of it out." })
  async confounds(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<Confound[]> {
    const [baseline, candidate, { summary }] = await Promise.all([
      runSettings(loaders, pair.baseline),
      runSettings(loaders, pair.candidate),
      loaders.comparison.load(pair),
    ]);
    return pairConfounds(baseline, candidate, summary);
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => ComparisonSummaryType, { description: "Over all layers." })
  async summary(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<ComparisonSummaryType> {
    const { summary, layers, computed } = await loaders.comparison.load(pair);
    const { mean, min, max, ...rest } = summary;
    return {
      ...{ ...rest, computed },
      meanCosineSimilarity: mean,
      minCosineSimilarity: min,
      maxCosineSimilarity: max,
      missingLayers: layers.flatMap(({ layer, left, right }) => (left && right ? [] : [layer])),
    };
  }

  @Costs({
    ...ONE_PAIR,
    items: ({ first }) => (typeof first === "number" ? Math.min(first, EXPECTED.layers) : EXPECTED.layers),
  })
  @FieldResolver(() => [LayerSimilarityType], { description: "The layers that either run adapts." })
  async layers(
    @Root() { pair }: Comparison,
    @Arg("orderBy", () => LayerOrder, {
      defaultValue: LayerOrder.MODEL_ORDER,
      description: "Which layers come first, and so which ones `first` keeps.",
    })
    orderBy: LayerOrder,
    @Arg("first", () => Int, { nullable: true, description: "At most this many; all by default. See layersTotal." })
    first: number | undefined,
    @Ctx() { loaders }: Context,
  ): Promise<LayerSimilarityRow[]> {
    if (first != null && first < 0) {
      throw failure("ARGUMENT_INVALID", { where: "first", received: String(first), allowed: "0 or more" });
    }
    const { layers } = await loaders.comparison.load(pair);
    return orderLayers(layers, orderBy)
      .slice(0, first ?? undefined)
      .map(layerSimilarityRow);
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => Int, { description: "How many layers there are in all, compared or not." })
  async layersTotal(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<number> {
    return (await loaders.comparison.load(pair)).layers.length;
  }
}

async function oneSide(
  { loaders }: Context,
  id: string,
  where: "baseline" | "candidate",
  checkpoint: string | undefined,
): Promise<RunCheckpoint> {
  const [experiment] = await knownExperiments(loaders, [id], where);
  if (experiment === undefined) throw new Error(`experiment ${id} was found and is gone`);
  return checkpointOf(experiment, checkpoint, `${where}Checkpoint`);
}
