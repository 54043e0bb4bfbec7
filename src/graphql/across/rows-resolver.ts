import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { countExperiments, experimentRows } from "../../store/across/experiment-rows.js";
import { countLayerRows } from "../../store/across/layer-row-studies.js";
import { afterArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { layerRows, type LayerRowPosition } from "../../analysis/across-studies/layer-rows.js";
import { readListCursor, type KeyKind } from "../paging/list-cursor.js";
import { listPage } from "../paging/list-page.js";
import { metricNames } from "../../analysis/across-studies/metric-names.js";
import { readPlace, rowCount, writePlace } from "../paging/row-page.js";
import { ExperimentFilter, StudyFilter } from "../filter/filters.js";
import { ExperimentOrder } from "../filter/order.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { lengthOf } from "../cost/estimates.js";
import { ExperimentRowPage, LayerRowPage } from "./row-types.js";

const DEFAULT_ORDER: ExperimentOrder = { field: "STUDY", direction: "ASC", metric: "training_loss" };

/** Flat rows over all studies, made for tables and dashboards. */
@Resolver()
export class RowsResolver {
  @Requires("reader")
  @Costs({ points: ({ metrics, first }) => lengthOf(metrics) * Number(first) })
  @Query(() => ExperimentRowPage, { description: "Runs of all studies as flat rows, with the metrics asked for." })
  async experimentRows(
    @Arg("filter", () => ExperimentFilter, {
      nullable: true,
      description: "Only the runs that fit; all where it is not given.",
    })
    filter: ExperimentFilter | undefined,
    @Arg("metrics", () => [String], {
      defaultValue: ["training_loss", "eval_loss", "peak_memory_mb", "time_per_step_seconds"],
      description: "Names of recorded scalars, up to 64; `values` has them in this order.",
    })
    metrics: string[],
    @Arg("orderBy", () => ExperimentOrder, {
      nullable: true,
      description: "By the study's slug where it is not given.",
    })
    orderBy: ExperimentOrder | undefined,
    @Arg("first", () => Int, rowCountArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
  ): Promise<ExperimentRowPage> {
    const limit = rowCount(first, limits);
    const order = orderBy ?? DEFAULT_ORDER;
    const name = orderName(order);
    const rows = await experimentRows(database, {
      filter,
      metrics: metricNames(metrics),
      order,
      limit: limit + 1,
      after: after == null ? undefined : readListCursor(name, keyKind(order), after),
    });
    const totalCount = () => countExperiments(database, filter);
    const flat = rows.map((row) => ({
      ...row,
      values: row.values.map((value) => (Number.isNaN(value) ? null : value)),
    }));
    return { ...listPage(flat, { limit, order: name, totalCount }), metrics };
  }

  @Requires("reader")
  @Costs({ points: 1000 })
  @Query(() => LayerRowPage, {
    description:
      "Layers of all studies at all their ranks as flat rows, from stored comparisons: nothing is computed or queued.",
  })
  async layerRows(
    @Arg("filter", () => StudyFilter, {
      nullable: true,
      description: "Only the studies that fit; all where it is not given.",
    })
    filter: StudyFilter | undefined,
    @Arg("ranks", () => [Int], { nullable: true, description: "Only these; all by default." })
    ranks: number[] | undefined,
    @Arg("first", () => Int, rowCountArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
  ): Promise<LayerRowPage> {
    const limit = rowCount(first, limits);
    const asked = { filter, ranks: ranks ?? undefined };
    const rows = await layerRows(database, {
      ...asked,
      limit: limit + 1,
      after: after == null ? undefined : positionOf(after),
    });
    const nodes = rows.slice(0, limit);
    const last = nodes.at(-1);
    return {
      totalCount: () => countLayerRows(database, asked),
      pageInfo: {
        hasNextPage: rows.length > limit,
        endCursor: last === undefined ? null : writePlace("layerRows", [last.study, last.rank, last.layer]),
      },
      nodes,
    };
  }
}

function positionOf(cursor: string): LayerRowPosition {
  const [study, rank, layer] = readPlace("layerRows", ["string", "number", "string"], cursor);
  return { study, rank, layer } as LayerRowPosition;
}

function orderName({ field, direction, metric }: ExperimentOrder): string {
  return ["experimentRows", field, direction, ...(field === "METRIC" ? [metric] : [])].join(" ");
}

const keyKind = ({ field }: ExperimentOrder): KeyKind => (field === "RANK" || field === "METRIC" ? "number" : "text");
