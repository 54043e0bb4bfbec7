import { Arg, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root } from "type-graphql";
import { validate } from "uuid";
import { evenlySpacedIndices } from "../../derive/statistics/evenly-spaced-indices.js";
import { failure } from "../../errors.js";
import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { CheckpointType, Curve, ExperimentType, Metric, Quantization } from "./experiment-type.js";
import { RankType } from "../rank/rank-type.js";
import { StudyType } from "../study/study-type.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, lengthOf } from "../cost/estimates.js";

const inUnit = (unit: string) => ({ nullable: true, description: `${unit}; null where it was not recorded.` });

/** What one answer may carry with all metrics and curves; lists of more are experimentRows. */
const MAX_EXPERIMENTS = 64;

@Resolver(() => ExperimentType)
export class ExperimentResolver {
  @Requires("reader")
  @Query(() => ExperimentType, { nullable: true, description: "One experiment by its id; null where there is none." })
  async experiment(
    @Arg("id", () => ID, { description: "The experiment's id, as any list of runs gives it." }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<Experiment | null> {
    return validate(id) ? ((await loaders.experimentById.load(id)) ?? null) : null;
  }

  @Requires("reader")
  @Costs({ items: ({ ids }) => lengthOf(ids) })
  @Query(() => [ExperimentType], {
    nullable: "items",
    description: `Experiments of any studies by their ids, in the order of these; null in the place of an id that there is none of. At most ${MAX_EXPERIMENTS}.`,
  })
  async experiments(
    @Arg("ids", () => [ID], { description: `Up to ${MAX_EXPERIMENTS} ids of experiments, repeated ones too.` })
    ids: string[],
    @Ctx() { loaders }: Context,
  ): Promise<(Experiment | null)[]> {
    if (ids.length > MAX_EXPERIMENTS) {
      throw failure("ARGUMENT_INVALID", {
        where: "ids",
        received: `${ids.length} ids`,
        allowed: `up to ${MAX_EXPERIMENTS}`,
      });
    }
    return Promise.all(
      ids.map(async (id) => (validate(id) ? ((await loaders.experimentById.load(id)) ?? null) : null)),
    );
  }

  @FieldResolver(() => StudyType, { description: "The study that the run belongs to." })
  async study(@Root() { studyId }: Experiment, @Ctx() { loaders }: Context): Promise<Study | undefined> {
    return loaders.studyById.load(studyId);
  }

  @FieldResolver(() => Quantization, { description: "Of the base model's weights, not of the adapter's." })
  quantization(@Root() experiment: Experiment): Quantization {
    const { quantizationLabel: label, quantizationBits: bits, quantizationScheme: scheme } = experiment;
    return { label, bits, scheme };
  }

  @FieldResolver(() => RankType, { description: "The rank that it was trained at, with all runs of the study at it." })
  rank(@Root() { rank, studyId }: Experiment): object {
    return { ...rank, studyId };
  }

  @FieldResolver(() => Float, inUnit("Mean training loss"))
  trainingLoss(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "training_loss");
  }

  @FieldResolver(() => Float, inUnit("Evaluation loss at the end"))
  evalLoss(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "eval_loss");
  }

  @FieldResolver(() => Float, inUnit("Peak memory, MB"))
  peakMemoryMb(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "peak_memory_mb");
  }

  @FieldResolver(() => Float, inUnit("Seconds per optimizer step"))
  timePerStepSeconds(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "time_per_step_seconds");
  }

  @FieldResolver(() => Float, inUnit("Seconds"))
  trainingTimeSeconds(@Root() experiment: Experiment): number | null {
    return scalar(experiment, "training_time_seconds");
  }

  @FieldResolver(() => [Metric], { description: "Every scalar that was recorded, by name." })
  metrics(@Root() { metrics }: Experiment): Metric[] {
    return metrics
      .filter(({ value }) => Number.isFinite(value))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  @FieldResolver(() => Boolean, { description: "Whether the folder holds adapter weights of this run." })
  hasWeights(@Root() { checkpoints }: Experiment): boolean {
    return checkpoints.length > 0;
  }

  @FieldResolver(() => [CheckpointType], { description: "Saved adapters by step; folders of the same bytes are one." })
  checkpoints(@Root() { checkpoints }: Experiment): readonly Checkpoint[] {
    return checkpoints;
  }

  @FieldResolver(() => [String], { description: "Names of the logged curves." })
  curves(@Root() { id }: Experiment, @Ctx() { loaders }: Context): Promise<string[]> {
    return loaders.seriesNames.load(id);
  }

  @Costs({ points: ({ maxPoints }) => (typeof maxPoints === "number" ? maxPoints : EXPECTED.pointsPerCurve) })
  @FieldResolver(() => Curve, {
    nullable: true,
    description: "One logged curve; null where the run has none of this name.",
  })
  async curve(
    @Root() { id }: Experiment,
    @Arg("metric", () => String, { description: "As logged: `loss`, `eval_loss`, `grad_norm`, `learning_rate`." })
    metric: string,
    @Arg("maxPoints", () => Int, {
      nullable: true,
      description: "Give at most this many, evenly spaced, first and last among them; all by default.",
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
      metric,
      steps: kept.map((i) => series.steps[i] as number),
      values,
      totalPoints: series.steps.length,
      sampled: kept.length < series.steps.length,
      nonFinite: values.filter((value) => value === null).length,
    };
  }
}

/** A recorded scalar; NaN (a run that diverged) is null here, the curve has it. */
function scalar({ metrics }: Experiment, name: string): number | null {
  const value = metrics.find((metric) => metric.name === name)?.value;
  return value !== undefined && Number.isFinite(value) ? value : null;
}
