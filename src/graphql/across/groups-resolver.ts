import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import { countGroups, experimentGroups, type ExperimentGroup } from "../../store/across/experiment-groups.js";
import { afterArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { metricNames } from "../../analysis/across-studies/metric-names.js";
import { readPlace, rowCount, writePlace } from "../paging/row-page.js";
import { ExperimentFilter } from "../filter/filters.js";
import { GroupDimension } from "../../model/enums/list-order.js";
import { Better } from "../../model/enums/metric.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { ExperimentGroupPage, type ExperimentGroupType } from "./row-types.js";

/** The field of a group that a dimension fills. */
const FIELDS = {
  STUDY: "study",
  BASE_MODEL: "baseModel",
  METHOD: "method",
  QUANTIZATION: "quantization",
  QUANTIZATION_BITS: "quantizationBits",
  RANK: "rank",
  SEED: "seed",
} as const satisfies Record<GroupDimension, keyof ExperimentGroupType>;

const NOT_ASKED = Object.fromEntries(Object.values(FIELDS).map((field) => [field, null])) as Record<
  (typeof FIELDS)[GroupDimension],
  null
>;

/** Runs put together, over all studies. */
@Resolver()
export class GroupsResolver {
  @Requires("reader")
  @Costs({ points: 1000 })
  @Query(() => ExperimentGroupPage, {
    description:
      "Runs put together by what they have in common, with a metric over each group; seeds, for example, are averaged by leaving SEED out.",
  })
  async experimentGroups(
    @Arg("filter", () => ExperimentFilter, {
      nullable: true,
      description: "Only the runs that fit; all where it is not given.",
    })
    filter: ExperimentFilter | undefined,
    @Arg("by", () => [GroupDimension], { description: "At least one, each once; groups are in the order of these." })
    by: GroupDimension[],
    @Arg("metric", () => String, { description: "A recorded scalar: `eval_loss`. Runs without it are in no group." })
    metric: string,
    @Arg("better", () => Better, {
      defaultValue: Better.LESS,
      description: "Which end of the metric `best` is taken from.",
    })
    better: Better,
    @Arg("first", () => Int, rowCountArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, loaders, limits }: Context,
  ): Promise<ExperimentGroupPage> {
    const limit = rowCount(first, limits);
    if (by.length === 0 || new Set(by).size < by.length) {
      throw failure("ARGUMENT_INVALID", {
        where: "by",
        received: by.length === 0 ? "none" : by.join(", "),
        allowed: "one dimension or more, each once",
      });
    }
    metricNames([metric]);
    const asked = { filter, by, metric };
    const list = `experimentGroups ${by.join(" ")} ${metric}`;
    const groups = await experimentGroups(database, {
      ...asked,
      limit: limit + 1,
      after: after == null ? undefined : keyOf(list, after, by.length),
    });
    const nodes = groups.slice(0, limit);
    const last = nodes.at(-1);
    const bestOf = ({ min, max, minExperimentId, maxExperimentId }: ExperimentGroup) => {
      const [id, value] = better === "LESS" ? [minExperimentId, min] : [maxExperimentId, max];
      return { value, experiment: () => loaders.experimentById.load(id) };
    };
    return {
      totalCount: () => countGroups(database, asked),
      pageInfo: {
        hasNextPage: groups.length > limit,
        endCursor: last === undefined ? null : writePlace(list, [last.key]),
      },
      nodes: nodes.map((group) => ({
        ...NOT_ASKED,
        ...dimensions(by, group.key),
        ...group,
        standardError: group.standardDeviation === null ? null : group.standardDeviation / Math.sqrt(group.n),
        best: bestOf(group),
      })),
    };
  }
}

function dimensions(by: readonly GroupDimension[], key: string): Record<string, unknown> {
  const values = JSON.parse(key) as unknown[];
  return Object.fromEntries(by.map((dimension, i) => [FIELDS[dimension], values[i]]));
}

/** The key that a cursor names. @throws ARGUMENT_INVALID */
function keyOf(list: string, cursor: string, length: number): string {
  const [key] = readPlace(list, ["string"], cursor) as [string];
  const isKey = () => {
    try {
      const values: unknown = JSON.parse(key);
      return Array.isArray(values) && values.length === length;
    } catch {
      return false;
    }
  };
  if (isKey()) return key;
  throw failure("ARGUMENT_INVALID", { where: "after", received: cursor, allowed: "an endCursor of this list" });
}
