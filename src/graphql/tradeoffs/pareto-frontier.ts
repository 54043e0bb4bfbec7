import { Arg, Ctx, Field, FieldResolver, Float, ObjectType, Resolver, Root } from "type-graphql";
import { mapInTurns, takeTurn } from "../../store/in-turns.js";
import { experimentFinder, runsOf } from "../../analysis/runs/study-runs.js";
import { metricDirection } from "../../analysis/runs/metric-direction.js";
import { inParetoOrder, paretoAxes } from "../../derive/tradeoffs/pareto-frontier.js";
import { failure } from "../../errors.js";
import { MetricName } from "../../model/enums/run.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("ParetoPoint", { description: "A run and its values of the requested metrics." })
class ParetoPointType {
  @Field(() => ExperimentType, { description: "The run with these values." })
  experiment!: object;

  @Field(() => Float, { description: "Value of the first requested metric, in its unit." })
  x!: number;

  @Field(() => Float, { description: "Value of the second requested metric, in its unit." })
  y!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Value of the third metric, in its unit; null if only two metrics were requested.",
  })
  z!: number | null;

  @Field(() => Boolean, {
    description:
      "Whether another run is at least as good in all metrics and better in one. The other runs form the frontier.",
  })
  dominated!: boolean;
}

const keyArg = (axis: string) => ({
  nullable: true,
  description: `Any other metric by its name. Overrides \`${axis}\`.`,
});

const directionArg = (axis: string) => ({
  nullable: true,
  description: `Whether higher values of ${axis} are better; by default inferred from the metric's name.`,
});

@Resolver(() => StudyType)
export class ParetoFrontierResolver {
  @FieldResolver(() => [ParetoPointType], {
    description:
      "The runs with a value of every requested metric, by ascending x. Runs that are not dominated form the Pareto frontier. Lower is better, except for accuracies, matches and similarities.",
  })
  async paretoFrontier(
    @Root() { id }: Study,
    @Arg("x", () => MetricName, { nullable: true, description: "The first metric. Required unless xKey is given." })
    x: MetricName | undefined,
    @Arg("y", () => MetricName, { nullable: true, description: "The second metric. Required unless yKey is given." })
    y: MetricName | undefined,
    @Arg("z", () => MetricName, { nullable: true, description: "An optional third metric." })
    z: MetricName | undefined,
    @Arg("xKey", () => String, keyArg("x")) xKey: string | undefined,
    @Arg("yKey", () => String, keyArg("y")) yKey: string | undefined,
    @Arg("zKey", () => String, keyArg("z")) zKey: string | undefined,
    @Arg("xHigherIsBetter", () => Boolean, directionArg("x")) xHigherIsBetter: boolean | undefined,
    @Arg("yHigherIsBetter", () => Boolean, directionArg("y")) yHigherIsBetter: boolean | undefined,
    @Arg("zHigherIsBetter", () => Boolean, directionArg("z")) zHigherIsBetter: boolean | undefined,
    @Ctx() { loaders, derivations }: Context,
  ): Promise<ParetoPointType[]> {
    const keys = { x: requiredMetric("x", xKey ?? x), y: requiredMetric("y", yKey ?? y), z: zKey ?? z ?? null };
    const experiments = await loaders.experiments.load(id);
    await takeTurn(experiments.length);
    const points = (await runsOf(experiments)).flatMap((run) => {
      const first = run.metrics.get(keys.x);
      const second = run.metrics.get(keys.y);
      const third = keys.z === null ? undefined : run.metrics.get(keys.z);
      const hasThird = keys.z === null || isFinite(third);
      return isFinite(first) && isFinite(second) && hasThird ? [{ item: run, x: first, y: second, z: third }] : [];
    });
    const directions = {
      x: directionOf("x", keys.x, xHigherIsBetter, experiments),
      y: directionOf("y", keys.y, yHigherIsBetter, experiments),
      z: keys.z === null ? false : directionOf("z", keys.z, zHigherIsBetter, experiments),
    };
    const experimentOf = experimentFinder(experiments);
    const frontier = await derivations.paretoOrder(paretoAxes(points), directions);
    return mapInTurns(inParetoOrder(points, frontier), ({ item, z: third, ...point }) => ({
      ...point,
      z: third ?? null,
      experiment: experimentOf(item),
    }));
  }
}

/** @throws ARGUMENT_INVALID if the request, the evaluation's files and the metric's name do not tell the better direction */
function directionOf(
  axis: "x" | "y" | "z",
  key: string,
  requested: boolean | null | undefined,
  experiments: readonly Experiment[],
): boolean {
  const direction = requested ?? metricDirection(experiments, key);
  if (direction !== null) return direction;
  throw failure("ARGUMENT_INVALID", {
    where: `${axis}HigherIsBetter`,
    received: "none",
    allowed: `true or false, because the better direction of ${key} is neither stated nor known from its name`,
  });
}

/** @throws ARGUMENT_INVALID */
function requiredMetric(axis: "x" | "y", key: string | null | undefined): string {
  if (key != null) return key;
  throw failure("ARGUMENT_INVALID", { where: axis, received: "none", allowed: `a metric as ${axis} or ${axis}Key` });
}

function isFinite(value: number | undefined): value is number {
  return Number.isFinite(value);
}
