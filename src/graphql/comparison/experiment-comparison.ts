import { Arg, Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Query, Resolver, Root } from "type-graphql";
import { selectCheckpoint, type RunCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import { layerSimilarityRow, type LayerSimilarityRow } from "../../analysis/similarity/compare-layers.js";
import type { CheckpointPair } from "../../analysis/similarity/comparison-loader.js";
import { knownExperiments } from "../../analysis/runs/known-experiments.js";
import { runSettings } from "../../analysis/runs/run-settings.js";
import { metricsOf } from "../../analysis/runs/study-runs.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { pairConfounds, type Confound } from "../../derive/confounds/confounds.js";
import { configDifferences } from "../../derive/runs/config-differences.js";
import { metricDeltas } from "../../derive/runs/metric-deltas.js";
import { orderLayers } from "../../derive/similarity/layer-order.js";
import { failure } from "../../errors.js";
import { LayerOrder, Scaling } from "../../model/enums/similarity.js";
import { Requires } from "../access/requires.js";
import { scalingArg, waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, ONE_PAIR } from "../cost/estimates.js";
import { ConfoundType } from "../diagnosis/hypotheses.js";
import { CheckpointType, ExperimentType } from "../experiment/experiment-type.js";
import { LayerSimilarityType } from "../similarity/layer-similarity.js";
import { ComparisonSummaryType } from "./comparison-summary.js";
import { ConfigDifferenceType, MetricDeltaType } from "./run-differences.js";

@ObjectType("ExperimentComparison", { description: "Comparison of two checkpoints of two runs of any studies." })
export class ExperimentComparisonType {
  @Field(() => ExperimentType, { description: "The run that percentages and relative differences refer to." })
  baseline!: object;

  @Field(() => ExperimentType, { description: "The run that is compared with the baseline." })
  candidate!: object;

  @Field(() => CheckpointType, {
    nullable: true,
    description: "The compared checkpoint of the baseline; null if the run has no weights.",
  })
  baselineCheckpoint!: object | null;

  @Field(() => CheckpointType, {
    nullable: true,
    description: "The compared checkpoint of the candidate; null if the run has no weights.",
  })
  candidateCheckpoint!: object | null;

  @Field(() => Scaling, { description: "The requested scaling." })
  scaling!: Scaling;
}

/** A comparison, and the checkpoints that its fields are computed from. */
export interface Comparison extends ExperimentComparisonType {
  readonly pair: CheckpointPair;
}

/** Compares two runs. Weights are compared only for the fields that need them. */
@Resolver(() => ExperimentComparisonType)
export class ExperimentComparisonResolver {
  @Requires("reader")
  @Query(() => ExperimentComparisonType, {
    nullable: true,
    description:
      "Comparison of two runs of any studies. Layers are matched by name. A confounded comparison, for example of different base models, is not an error: see confounds. Null only together with an error.",
  })
  async compareExperiments(
    @Arg("baseline", () => ID, { description: "Id of the baseline experiment." }) baseline: string,
    @Arg("candidate", () => ID, { description: "Id of the candidate experiment." }) candidate: string,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("baselineCheckpoint", () => ID, {
      nullable: true,
      description:
        "A checkpoint of the baseline; by default the final one. Neighbouring checkpoints of one run show the noise floor.",
    })
    baselineCheckpoint: string | undefined,
    @Arg("candidateCheckpoint", () => ID, {
      nullable: true,
      description: "A checkpoint of the candidate; by default the final one.",
    })
    candidateCheckpoint: string | undefined,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<Comparison> {
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const [left, right] = await Promise.all([
      runCheckpoint(context, baseline, "baseline", baselineCheckpoint),
      runCheckpoint(context, candidate, "candidate", candidateCheckpoint),
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

  @FieldResolver(() => [MetricDeltaType], { description: "The metrics of either run, by name." })
  metricDeltas(@Root() { pair }: Comparison): MetricDeltaType[] {
    return metricDeltas(metricsOf(pair.baseline.experiment), metricsOf(pair.candidate.experiment));
  }

  @FieldResolver(() => [ConfigDifferenceType], { description: "The settings that differ between the runs." })
  async configDifferences(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<ConfigDifferenceType[]> {
    const [baseline, candidate] = await Promise.all([
      runSettings(loaders, pair.baseline),
      runSettings(loaders, pair.candidate),
    ]);
    return configDifferences(baseline, candidate);
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => [ConfoundType], { description: "Why the comparison is confounded or incomplete." })
  async confounds(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<Confound[]> {
    const [baseline, candidate, { summary }] = await Promise.all([
      runSettings(loaders, pair.baseline),
      runSettings(loaders, pair.candidate),
      loaders.comparison.load(pair),
    ]);
    return pairConfounds(baseline, candidate, summary);
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => ComparisonSummaryType, { description: "Summary over all layers." })
  async summary(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<ComparisonSummaryType> {
    const { summary, layers, computed } = await loaders.comparison.load(pair);
    const { mean, min, max, ...rest } = summary;
    return {
      ...rest,
      meanCosineSimilarity: mean,
      minCosineSimilarity: min,
      maxCosineSimilarity: max,
      missingLayers: layers.flatMap(({ layer, baseline, candidate }) => (baseline && candidate ? [] : [layer])),
      computed,
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
      description: "Order of the layers. `first` keeps the first layers in this order.",
    })
    orderBy: LayerOrder,
    @Arg("first", () => Int, {
      nullable: true,
      description: "Maximum number of layers; by default all. See layersTotal.",
    })
    first: number | undefined,
    @Ctx() { loaders }: Context,
  ): Promise<LayerSimilarityRow[]> {
    if (first != null && first < 0) {
      throw failure("ARGUMENT_INVALID", { where: "first", received: String(first), allowed: "0 or more" });
    }
    const { layers } = await loaders.comparison.load(pair);
    return orderLayers(layers, orderBy)
      .slice(0, first ?? undefined)
      .map((layer) => layerSimilarityRow(layer));
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => Int, { description: "Total number of layers, compared or not." })
  async layersTotal(@Root() { pair }: Comparison, @Ctx() { loaders }: Context): Promise<number> {
    const { layers } = await loaders.comparison.load(pair);
    return layers.length;
  }
}

/** Loads one run of the comparison with its checkpoint. @throws ARGUMENT_INVALID */
async function runCheckpoint(
  { loaders }: Context,
  id: string,
  where: "baseline" | "candidate",
  checkpoint: string | undefined,
): Promise<RunCheckpoint> {
  const [experiment] = await knownExperiments(loaders, [id], where);
  if (experiment === undefined) throw new Error(`experiment ${id} was loaded and is missing`);
  return selectCheckpoint(experiment, checkpoint, `${where}Checkpoint`);
}
