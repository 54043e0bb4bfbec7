import { Arg, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from "type-graphql";
import { GraphQLJSON } from "graphql-scalars";
import { checkConfigFields } from "../../analysis/across-studies/check-config-fields.js";
import { checkMetricNames } from "../../analysis/across-studies/check-metric-names.js";
import { Method } from "../../model/enums/run.js";
import type { SettingValue } from "../../model/settings.js";
import { withoutArchivedRuns } from "../../store/across/archived-studies.js";
import { countArchivedRuns, countExperiments, experimentRows } from "../../store/across/experiment-rows.js";
import { Requires } from "../access/requires.js";
import { afterArg, experimentFilterArg, includeArchivedArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { lengthOf } from "../cost/estimates.js";
import { ExperimentFilter } from "../filter/filters.js";
import { experimentOrderName, fieldsOfOrder, ExperimentOrder } from "../filter/order.js";
import { readListCursor, type KeyKind } from "../paging/cursors.js";
import { listPage } from "../paging/list-page.js";
import { PageInfo, checkRowCount } from "../paging/page.js";

@ObjectType("ExperimentRow", {
  description: "A run as a flat row, for tables and dashboards.",
  simpleResolvers: true,
})
class ExperimentRowType {
  @Field(() => ID, { description: "Id of the experiment." })
  id!: string;

  @Field(() => String, { description: "Slug of the study." })
  study!: string;

  @Field(() => String, { description: "Display name of the study." })
  studyName!: string;

  @Field(() => String, {
    nullable: true,
    description: "`base_model_name_or_path` of the study's adapters; null if no adapter names one.",
  })
  baseModel!: string | null;

  @Field(() => String, { description: "Name of the run, unique in its study: `16bit_r8`." })
  name!: string;

  @Field(() => Method, { description: "Training method of the adapter." })
  method!: string;

  @Field(() => String, { description: "Quantization label: `4bit`." })
  quantization!: string;

  @Field(() => Int, { nullable: true, description: "Bits per base weight; null if the label does not state them." })
  quantizationBits!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Quantization scheme: `nf4`, `fp4`, `int8`; null for unquantized base models.",
  })
  quantizationScheme!: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Rank r that the run was trained at, 1 or more; null for a run without a rank, such as full fine-tuning.",
  })
  rank!: number | null;

  @Field(() => Int, { nullable: true, description: "Random seed of the run; null if not recorded." })
  seed!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of optimizer steps; null if not recorded." })
  steps!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of training examples; null if not recorded." })
  numSamples!: number | null;

  @Field(() => Boolean, { description: "Whether the folder contains adapter weights of this run." })
  hasWeights!: boolean;

  @Field(() => Date, { description: "Time of the study's first import." })
  createdAt!: Date;

  @Field(() => [Float], {
    nullable: "items",
    description: "Values of the requested metrics, in their order; null if the run has none, or NaN or an infinity.",
  })
  values!: readonly (number | null)[];

  @Field(() => [GraphQLJSON], {
    nullable: "items",
    description: "Values of the requested settings, in their order; null if the run has none.",
  })
  config!: readonly (SettingValue | null)[];
}

@ObjectType({ description: "A page of runs as flat rows.", simpleResolvers: true })
class ExperimentRowPage {
  @Field(() => Int, { description: "Exact number of runs in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => Int, {
    description: "Number of runs of archived studies that match and are left out, counted only if requested.",
  })
  archivedCount!: () => Promise<number>;

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [String], { description: "The metrics of `values`, in their order." })
  metrics!: readonly string[];

  @Field(() => [ExperimentRowType], { description: "The runs of this page, at most `first`." })
  nodes!: readonly object[];
}

const DEFAULT_ORDER: ExperimentOrder = { field: "STUDY", direction: "ASC", metric: "training_loss" };

/** Maximum number of columns of settings. */
const MAX_CONFIG_COLUMNS = 64;

@Resolver()
export class ExperimentRowsResolver {
  @Requires("reader")
  @Costs({ points: ({ metrics, config, first }) => (lengthOf(metrics) + lengthOf(config)) * Number(first) })
  @Query(() => ExperimentRowPage, {
    description: "Runs of all studies as flat rows, with the requested metrics and settings.",
  })
  async experimentRows(
    @Arg("filter", () => ExperimentFilter, experimentFilterArg) given: ExperimentFilter | undefined,
    @Arg("includeArchived", () => Boolean, includeArchivedArg) includeArchived: boolean,
    @Arg("metrics", () => [String], {
      defaultValue: ["training_loss", "eval_loss", "peak_memory_mb", "time_per_step_seconds"],
      description: "Names of up to 64 recorded scalars. `values` has them in this order.",
    })
    metrics: string[],
    @Arg("config", () => [String], {
      defaultValue: [],
      description: `Names of up to ${MAX_CONFIG_COLUMNS} settings: \`learning_rate\`. \`config\` of a row has their values in this order.`,
    })
    config: string[],
    @Arg("orderBy", () => ExperimentOrder, {
      nullable: true,
      description: "Order of the rows; by default by the slug of the study.",
    })
    orderBy: ExperimentOrder | undefined,
    @Arg("first", () => Int, rowCountArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
  ): Promise<ExperimentRowPage> {
    const filter = includeArchived ? given : withoutArchivedRuns(given);
    const limit = checkRowCount(first, limits);
    const order = orderBy ?? DEFAULT_ORDER;
    const name = experimentOrderName("experimentRows", order);
    await checkConfigFields(database, { filter, fields: [...config, ...fieldsOfOrder(order)] });
    const rows = await experimentRows(database, {
      filter,
      metrics: checkMetricNames(metrics),
      config,
      order,
      // An additional row shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : readListCursor(name, keyKind(order), after),
    });
    const nodes = rows.map((row) => ({
      ...row,
      values: row.values.map((value) => (Number.isNaN(value) ? null : value)),
    }));
    const totalCount = () => countExperiments(database, filter);
    const archivedCount = () => countArchivedRuns(database, given, includeArchived);
    return { ...listPage(nodes, { limit, order: name, totalCount }), archivedCount, metrics };
  }
}

function keyKind({ field }: ExperimentOrder): KeyKind {
  if (field === "CONFIG") return "json";
  return field === "RANK" || field === "METRIC" ? "number" : "text";
}
