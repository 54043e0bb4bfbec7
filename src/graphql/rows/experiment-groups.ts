import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from "type-graphql";
import { checkMetricNames } from "../../analysis/across-studies/check-metric-names.js";
import { failure } from "../../errors.js";
import { GroupDimension } from "../../model/enums/list-order.js";
import { Better, Method } from "../../model/enums/run.js";
import { countGroups, experimentGroups, type ExperimentGroup } from "../../store/across/experiment-groups.js";
import { Requires } from "../access/requires.js";
import { afterArg, experimentFilterArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { ExperimentFilter } from "../filter/filters.js";
import { PageInfo, checkRowCount } from "../paging/page.js";
import { readRowCursor, writeRowCursor } from "../paging/cursors.js";

@ObjectType({ description: "A run and its value of a metric.", simpleResolvers: true })
class BestRun {
  @Field(() => ExperimentType, { description: "The run. If several runs have the same value, one of them." })
  experiment!: object;

  @Field(() => Float, { description: "Value of the requested metric, in its unit." })
  value!: number;
}

@ObjectType("ExperimentGroup", {
  description:
    "Runs with equal values of the requested dimensions, and statistics of a metric over them. A dimension is null if it was not requested or its value is unknown.",
  simpleResolvers: true,
})
class ExperimentGroupType {
  @Field(() => String, { nullable: true, description: "Slug of the study; null if not requested." })
  study!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "`base_model_name_or_path` of the studies; null if unknown or not requested.",
  })
  baseModel!: string | null;

  @Field(() => Method, { nullable: true, description: "Training method of the adapters; null if not requested." })
  method!: string | null;

  @Field(() => String, { nullable: true, description: "Quantization label: `4bit`; null if not requested." })
  quantization!: string | null;

  @Field(() => Int, { nullable: true, description: "Bits per base weight; null if unknown or not requested." })
  quantizationBits!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Rank r that the runs were trained at; null if not requested.",
  })
  rank!: number | null;

  @Field(() => Int, { nullable: true, description: "Random seed of the runs; null if unknown or not requested." })
  seed!: number | null;

  @Field(() => Int, { description: "Number of runs that have the metric." })
  n!: number;

  @Field(() => Float, { description: "Arithmetic mean of the metric over the runs, in its unit." })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation, with n - 1 in the denominator; null for n = 1.",
  })
  standardDeviation!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Standard error of the mean: standard deviation / sqrt(n); null for n = 1.",
  })
  standardError!: number | null;

  @Field(() => Float, { description: "Minimum of the metric over the runs, in its unit." })
  min!: number;

  @Field(() => Float, { description: "Maximum of the metric over the runs, in its unit." })
  max!: number;

  @Field(() => BestRun, { description: "The run with the minimum, or with the maximum if `better` is MORE." })
  best!: object;
}

@ObjectType({ description: "A page of groups, ordered by the values of their dimensions.", simpleResolvers: true })
class ExperimentGroupPage {
  @Field(() => Int, { description: "Exact number of groups in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [ExperimentGroupType], { description: "The groups of this page, at most `first`." })
  nodes!: readonly object[];
}

/** The field of a group that contains the value of a dimension. */
const FIELDS = {
  STUDY: "study",
  BASE_MODEL: "baseModel",
  METHOD: "method",
  QUANTIZATION: "quantization",
  QUANTIZATION_BITS: "quantizationBits",
  RANK: "rank",
  SEED: "seed",
} as const satisfies Record<GroupDimension, keyof ExperimentGroupType>;

const NO_DIMENSIONS = Object.fromEntries(Object.values(FIELDS).map((field) => [field, null])) as Record<
  (typeof FIELDS)[GroupDimension],
  null
>;

@Resolver()
export class ExperimentGroupsResolver {
  @Requires("reader")
  @Costs({ points: 1000 })
  @Query(() => ExperimentGroupPage, {
    description:
      "Runs of all studies, grouped by the given dimensions, with statistics of a metric. Omit SEED to average over seeds.",
  })
  async experimentGroups(
    @Arg("filter", () => ExperimentFilter, experimentFilterArg) filter: ExperimentFilter | undefined,
    @Arg("by", () => [GroupDimension], {
      description: "One or more different dimensions. Groups are ordered by their values in this order.",
    })
    by: GroupDimension[],
    @Arg("metric", () => String, {
      description: "A recorded scalar: `eval_loss`. Runs without it are in no group.",
    })
    metric: string,
    @Arg("better", () => Better, {
      defaultValue: Better.LESS,
      description: "Whether `best` is the run with the minimum or the maximum of the metric.",
    })
    better: Better,
    @Arg("first", () => Int, rowCountArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, loaders, limits }: Context,
  ): Promise<ExperimentGroupPage> {
    const limit = checkRowCount(first, limits);
    checkDimensions(by);
    checkMetricNames([metric]);
    const requested = { filter, by, metric };
    const list = `experimentGroups ${by.join(" ")} ${metric}`;
    const groups = await experimentGroups(database, {
      ...requested,
      // An additional group shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : keyOf(list, after, by.length),
    });
    const pageGroups = groups.slice(0, limit);
    const last = pageGroups.at(-1);
    const bestOf = (group: ExperimentGroup) => {
      const isMinimum = better === "LESS";
      const id = isMinimum ? group.minExperimentId : group.maxExperimentId;
      return { value: isMinimum ? group.min : group.max, experiment: () => loaders.experimentById.load(id) };
    };
    return {
      totalCount: () => countGroups(database, requested),
      pageInfo: {
        hasNextPage: groups.length > limit,
        endCursor: last === undefined ? null : writeRowCursor(list, [last.key]),
      },
      nodes: pageGroups.map((group) => ({
        ...NO_DIMENSIONS,
        ...dimensionsOf(by, group.key),
        ...group,
        standardError: group.standardDeviation === null ? null : group.standardDeviation / Math.sqrt(group.n),
        best: bestOf(group),
      })),
    };
  }
}

/** @throws ARGUMENT_INVALID */
function checkDimensions(by: readonly GroupDimension[]): void {
  if (by.length > 0 && new Set(by).size === by.length) return;
  throw failure("ARGUMENT_INVALID", {
    where: "by",
    received: by.length === 0 ? "none" : by.join(", "),
    allowed: "one dimension or more, each once",
  });
}

/** Returns the values of the dimensions by field. `key` is their JSON. */
function dimensionsOf(by: readonly GroupDimension[], key: string): Record<string, unknown> {
  const values = JSON.parse(key) as unknown[];
  return Object.fromEntries(by.map((dimension, i) => [FIELDS[dimension], values[i]]));
}

/** Returns the key of the group that a cursor points to. @throws ARGUMENT_INVALID */
function keyOf(list: string, cursor: string, dimensions: number): string {
  const [key] = readRowCursor(list, ["string"], cursor) as [string];
  if (isKey(key, dimensions)) return key;
  throw failure("ARGUMENT_INVALID", { where: "after", received: cursor, allowed: "an endCursor of this list" });
}

function isKey(key: string, dimensions: number): boolean {
  try {
    const values: unknown = JSON.parse(key);
    return Array.isArray(values) && values.length === dimensions;
  } catch {
    return false;
  }
}
