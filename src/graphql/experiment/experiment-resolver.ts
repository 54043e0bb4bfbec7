import { Arg, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root } from "type-graphql";
import { validate } from "uuid";
import { evenlySpacedIndices } from "../../derive/statistics/evenly-spaced-indices.js";
import { MAX_COMPARED_RUNS } from "../../derive/similarity/similarity-matrix.js";
import { failure } from "../../errors.js";
import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { CheckpointType, Curve, ExperimentType, Metric, NonFiniteMetric, Quantization } from "./experiment-type.js";
import { Setting } from "./setting-type.js";
import { RankType } from "../rank/rank.js";
import { StudyType } from "../study/study-type.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, lengthOf } from "../cost/estimates.js";

const recorded = (what: string) => ({
  nullable: true,
  description: `${what}; null if not recorded, or NaN or infinite (see nonFiniteMetrics).`,
});

@Resolver(() => ExperimentType)
export class ExperimentResolver {
  @Requires("reader")
  @Query(() => ExperimentType, { nullable: true, description: "The experiment with this id; null if there is none." })
  async experiment(
    @Arg("id", () => ID, { description: "Id of the experiment, from any list of runs." }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<Experiment | null> {
    return validate(id) ? ((await loaders.experimentById.load(id)) ?? null) : null;
  }

  @Requires("reader")
  @Costs({ items: ({ ids }) => lengthOf(ids) })
  @Query(() => [ExperimentType], {
    nullable: "items",
    description: `Up to ${MAX_COMPARED_RUNS} experiments of any studies, in the order of the ids; null for an unknown id.`,
  })
  async experiments(
    @Arg("ids", () => [ID], { description: `Up to ${MAX_COMPARED_RUNS} ids of experiments. Repeated ids are allowed.` })
    ids: string[],
    @Ctx() { loaders }: Context,
  ): Promise<(Experiment | null)[]> {
    if (ids.length > MAX_COMPARED_RUNS) {
      throw failure("ARGUMENT_INVALID", {
        where: "ids",
        received: `${ids.length} ids`,
        allowed: `up to ${MAX_COMPARED_RUNS}`,
      });
    }
    return Promise.all(
      ids.map(async (id) => (validate(id) ? ((await loaders.experimentById.load(id)) ?? null) : null)),
    );
  }

  @FieldResolver(() => StudyType, { description: "The study of the run." })
  async study(@Root() { studyId }: Experiment, @Ctx() { loaders }: Context): Promise<Study | undefined> {
    return loaders.studyById.load(studyId);
  }

  @FieldResolver(() => Quantization, { description: "Quantization of the base model's weights, not of the adapter's." })
  quantization(@Root() experiment: Experiment): Quantization {
    const { quantizationLabel: label, quantizationBits: bits, quantizationScheme: scheme } = experiment;
    return { label, bits, scheme };
  }

  @FieldResolver(() => RankType, {
    nullable: true,
    description:
      "The rank that the run was trained at, with all runs of the study at this rank; null for a run without a rank, such as full fine-tuning.",
  })
  rank(@Root() { rank, studyId }: Experiment): object | null {
    return rank && { ...rank, studyId };
  }

  @FieldResolver(() => Float, recorded("Mean training loss"))
  trainingLoss(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "training_loss");
  }

  @FieldResolver(() => Float, recorded("Evaluation loss at the end of training"))
  evalLoss(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "eval_loss");
  }

  @FieldResolver(() => Float, recorded("Peak memory in MB"))
  peakMemoryMb(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "peak_memory_mb");
  }

  @FieldResolver(() => Float, recorded("Seconds per optimizer step"))
  timePerStepSeconds(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "time_per_step_seconds");
  }

  @FieldResolver(() => Float, recorded("Duration of the whole training in seconds"))
  trainingTimeSeconds(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "training_time_seconds");
  }

  @FieldResolver(() => [Metric], { description: "All recorded scalars, by name." })
  metrics(@Root() { metrics }: Experiment): Metric[] {
    return metrics
      .filter(({ value }) => Number.isFinite(value))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  @FieldResolver(() => [NonFiniteMetric], {
    description:
      "The scalars that were recorded as NaN or infinite, by name. The run diverged where one of them is judged; the scalar's own field is null.",
  })
  nonFiniteMetrics(@Root() { metrics }: Experiment): NonFiniteMetric[] {
    return metrics
      .filter(({ value }) => !Number.isFinite(value))
      .map(({ name, value, source }) => ({ name, recorded: String(value), source }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  @FieldResolver(() => Boolean, { description: "Whether the folder contains adapter weights of this run." })
  hasWeights(@Root() { checkpoints }: Experiment): boolean {
    return checkpoints.length > 0;
  }

  @FieldResolver(() => [CheckpointType], {
    description: "Saved adapters by step. Folders with equal bytes are one checkpoint.",
  })
  checkpoints(@Root() { checkpoints }: Experiment): readonly Checkpoint[] {
    return checkpoints;
  }

  @FieldResolver(() => [Setting], {
    description:
      "Settings of the run by name, each from the most trusted source that has it: updateExperiment, rankscope.yaml, " +
      "configurations, training arguments, logs, tables, and names last.",
  })
  async config(@Root() { id }: Experiment, @Ctx() { loaders }: Context): Promise<Setting[]> {
    const settings = await loaders.settings.load(id);
    return settings.map(({ field, value, file, key, certainty, statedBy, statedAt, imported }) => ({
      field,
      value,
      source: { file: file === "" ? null : file, key, statedBy, statedAt },
      certainty,
      replaced: imported && {
        value: imported.value,
        source: { file: imported.file === "" ? null : imported.file, key: imported.key },
        certainty: imported.certainty,
      },
    }));
  }

  @FieldResolver(() => [String], { description: "Names of the logged curves." })
  curves(@Root() { id }: Experiment, @Ctx() { loaders }: Context): Promise<string[]> {
    return loaders.seriesNames.load(id);
  }

  @Costs({ points: ({ maxPoints }) => (typeof maxPoints === "number" ? maxPoints : EXPECTED.pointsPerCurve) })
  @FieldResolver(() => Curve, {
    nullable: true,
    description: "A logged curve; null if the run has no curve of this name.",
  })
  async curve(
    @Root() { id }: Experiment,
    @Arg("metric", () => String, {
      description: "Logged name of the curve: `loss`, `eval_loss`, `grad_norm`, `learning_rate`.",
    })
    metric: string,
    @Arg("maxPoints", () => Int, {
      nullable: true,
      description: "Maximum number of points, evenly spaced, with the first and the last; by default all.",
    })
    maxPoints: number | undefined,
    @Ctx() { loaders }: Context,
  ): Promise<Curve | null> {
    if (maxPoints != null && maxPoints < 2) {
      throw failure("ARGUMENT_INVALID", { where: "maxPoints", received: String(maxPoints), allowed: "2 or more" });
    }
    const series = await loaders.series.load({ experimentId: id, name: metric });
    if (series === undefined) return null;
    const kept = evenlySpacedIndices(series.steps.length, maxPoints ?? Infinity);
    const values = kept
      .map((i) => series.values[i])
      .map((value) => (Number.isFinite(value) ? (value as number) : null));
    return {
      experimentId: id,
      kept,
      metric,
      source: series.source === "" ? null : series.source,
      steps: kept.map((i) => series.steps[i] as number),
      byEpoch: series.byEpoch,
      values,
      totalPoints: series.steps.length,
      sampled: kept.length < series.steps.length,
      nonFinite: values.filter((value) => value === null).length,
    };
  }
}

/** Returns a recorded scalar; null for NaN and infinities, which nonFiniteMetrics lists. */
function scalar({ metrics }: Experiment, name: string): number | null {
  const value = metrics.find((metric) => metric.name === name)?.value;
  return value !== undefined && Number.isFinite(value) ? value : null;
}
