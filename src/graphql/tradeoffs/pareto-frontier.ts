import { Arg, Ctx, Field, FieldResolver, Float, ObjectType, Resolver, Root } from "type-graphql";
import { mapInTurns } from "../../store/in-turns.js";
import { experimentFinder, runsOf } from "../../analysis/runs/study-runs.js";
import { metricDirection } from "../../analysis/runs/metric-direction.js";
import type { RequestDerivations } from "../../analysis/request/request-derivations.js";
import type { Run } from "../../derive/runs/comparison-roles.js";
import type { BetterDirections, ParetoAxes, ParetoOrder } from "../../derive/tradeoffs/pareto-frontier.js";
import { failure } from "../../errors.js";
import { MetricName } from "../../model/enums/run.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { LazyList } from "../lazy-list.js";
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
      "The runs with a value of every requested metric, by ascending x. Runs that are not dominated form the Pareto frontier. Every point is a single run, so another seed may change the frontier; `recommendation` compares means. Lower is better, except for accuracies, matches and similarities.",
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
    @Arg("onlyFrontier", () => Boolean, { defaultValue: false, description: "Whether dominated runs are left out." })
    onlyFrontier: boolean,
    @Ctx() { loaders, derivations }: Context,
  ): Promise<LazyList<ParetoPointType>> {
    const keys = { x: requiredMetric("x", xKey ?? x), y: requiredMetric("y", yKey ?? y), z: zKey ?? z ?? null };
    const experiments = await loaders.experiments.load(id);
    const directions = {
      x: directionOf("x", keys.x, xHigherIsBetter, experiments),
      y: directionOf("y", keys.y, yHigherIsBetter, experiments),
      z: keys.z === null ? false : directionOf("z", keys.z, zHigherIsBetter, experiments),
    };
    const runs = await runsOf(experiments);
    const { items, axes, order, frontier } = await frontierOf(runs, keys, directions, derivations);
    const experimentOf = experimentFinder(experiments);
    const positions = onlyFrontier ? frontier : order.order;
    return new LazyList(positions.length, (i) => {
      const position = positions[i] ?? NaN;
      return {
        experiment: experimentOf(runs[items[position] ?? NaN] as Run),
        x: axes.x[position] ?? NaN,
        y: axes.y[position] ?? NaN,
        z: keys.z === null ? null : (axes.z[position] ?? NaN),
        dominated: order.dominated[position] === 1,
      };
    });
  }
}

interface Keys {
  readonly x: string;
  readonly y: string;
  /** Null with two metrics. */
  readonly z: string | null;
}

/** The runs with every metric, and their order. */
interface Frontier {
  /** Positions of these runs in the list of all runs. */
  readonly items: readonly number[];
  readonly axes: ParetoAxes;
  readonly order: ParetoOrder;
  /** Positions of the points that are not dominated, in the same order. */
  readonly frontier: Uint32Array;
}

type FrontiersOfRuns = WeakMap<readonly Run[], Map<string, Promise<Frontier>>>;

/** The frontiers of each request and list of runs by metrics and directions: aliases with equal ones share one. */
const FRONTIERS = new WeakMap<RequestDerivations, FrontiersOfRuns>();

function frontierOf(
  runs: readonly Run[],
  keys: Keys,
  directions: BetterDirections,
  derivations: RequestDerivations,
): Promise<Frontier> {
  const ofRequest: FrontiersOfRuns = FRONTIERS.get(derivations) ?? new WeakMap();
  FRONTIERS.set(derivations, ofRequest);
  const ofRuns = ofRequest.get(runs) ?? new Map<string, Promise<Frontier>>();
  ofRequest.set(runs, ofRuns);
  const key = JSON.stringify([keys, directions]);
  const frontier = ofRuns.get(key) ?? computeFrontier(runs, keys, directions, derivations);
  ofRuns.set(key, frontier);
  return frontier;
}

async function computeFrontier(
  runs: readonly Run[],
  keys: Keys,
  directions: BetterDirections,
  derivations: RequestDerivations,
): Promise<Frontier> {
  const items: number[] = [];
  const values: Record<"x" | "y" | "z", number[]> = { x: [], y: [], z: [] };
  await mapInTurns(runs, ({ metrics }, i) => {
    const x = metrics.get(keys.x);
    const y = metrics.get(keys.y);
    const z = keys.z === null ? 0 : metrics.get(keys.z);
    if (!isFinite(x) || !isFinite(y) || !isFinite(z)) return;
    items.push(i);
    values.x.push(x);
    values.y.push(y);
    values.z.push(z);
  });
  const axes = { x: Float64Array.from(values.x), y: Float64Array.from(values.y), z: Float64Array.from(values.z) };
  const order = await derivations.paretoOrder(axes, directions);
  return { items, axes, order, frontier: order.order.filter((position) => order.dominated[position] === 0) };
}

/** @throws ARGUMENT_INVALID if the request, the evaluation's files and the metric's name do not tell the better direction */
function directionOf(
  axis: "x" | "y" | "z",
  key: string,
  requested: boolean | null | undefined,
  experiments: readonly Experiment[],
): boolean {
  const { higherIsBetter } = metricDirection(experiments, key, requested);
  if (higherIsBetter !== null) return higherIsBetter;
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
