import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { checkConfigFields } from "../../analysis/across-studies/check-config-fields.js";
import { checkMetricNames } from "../../analysis/across-studies/check-metric-names.js";
import { failure } from "../../errors.js";
import { GroupDimension } from "../../model/enums/list-order.js";
import { Better } from "../../model/enums/run.js";
import {
  countGroups,
  differingSettings,
  equalSettings,
  experimentGroups,
  type ExperimentGroup,
  type GroupsQuery,
} from "../../store/across/experiment-groups.js";
import type { Connection } from "../../store/connection.js";
import { IDENTITY_FIELDS, storedField } from "../../model/setting-fields.js";
import type { SettingValue } from "../../model/settings.js";
import { withoutArchivedRuns } from "../../store/across/archived-studies.js";
import { countArchivedRuns } from "../../store/across/experiment-rows.js";
import { Requires } from "../access/requires.js";
import { afterArg, experimentFilterArg, includeArchivedArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { lengthOf } from "../cost/estimates.js";
import { ExperimentFilter } from "../filter/filters.js";
import { readRowCursor, storableKey, writeRowCursor } from "../paging/cursors.js";
import { checkRowCount } from "../paging/page.js";
import { ExperimentGroupPage, type ExperimentGroupType, type GroupSetting } from "./experiment-group-type.js";

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

/** Maximum number of settings that runs are grouped by: each is a join. */
const MAX_SETTINGS = 16;

/** Properties that exceptConfig adds to the dimensions: they are part of a configuration and not always a setting. */
const CONFIGURATION_DIMENSIONS: readonly GroupDimension[] = ["BASE_MODEL", "METHOD", "QUANTIZATION_BITS", "RANK"];

@Resolver()
export class ExperimentGroupsResolver {
  @Requires("reader")
  @Costs({
    points: ({ byConfig, exceptConfig }) => 1000 + 1000 * lengthOf(byConfig) + (exceptConfig == null ? 0 : 5000),
  })
  @Query(() => ExperimentGroupPage, {
    description:
      "Runs of all studies, grouped by the given dimensions, with statistics of a metric. Omit SEED to average over seeds, or group by all settings except the seeds with exceptConfig.",
  })
  async experimentGroups(
    @Arg("filter", () => ExperimentFilter, experimentFilterArg) given: ExperimentFilter | undefined,
    @Arg("includeArchived", () => Boolean, includeArchivedArg) includeArchived: boolean,
    @Arg("by", () => [GroupDimension], {
      defaultValue: [],
      description:
        "Different dimensions; at least one here, in byConfig or by exceptConfig. Groups are ordered by their values in this order.",
    })
    by: GroupDimension[],
    @Arg("byConfig", () => [String], {
      defaultValue: [],
      description: `Up to ${MAX_SETTINGS} settings that are further dimensions, after those of \`by\`: \`learning_rate\`.`,
    })
    byConfig: string[],
    @Arg("exceptConfig", () => [String], {
      nullable: true,
      description:
        'Groups runs that differ in no setting but these: `["seed", "data_seed"]` averages over seeds. Names and folders of runs do not count. Adds BASE_MODEL, METHOD, QUANTIZATION_BITS and RANK to `by`.',
    })
    exceptConfig: string[] | undefined,
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
    const filter = includeArchived ? given : withoutArchivedRuns(given);
    const query: GroupsQuery = {
      filter,
      by: exceptConfig == null ? by : [...new Set([...checkedDimensions(by), ...CONFIGURATION_DIMENSIONS])],
      byConfig,
      exceptConfig: exceptConfig ?? undefined,
      metric,
    };
    checkDimensions(query);
    checkMetricNames([metric]);
    await checkConfigFields(database, { filter, fields: [...byConfig, ...(exceptConfig ?? [])] });
    const list = listName(query);
    const groups = await experimentGroups(database, {
      ...query,
      // An additional group shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : keyOf(list, after, query),
    });
    const pageGroups = groups.slice(0, limit);
    const last = pageGroups.at(-1);
    let differing: Promise<Map<string, string[]>> | undefined;
    const differingOf = async (key: string) => {
      differing ??= differingByGroup(database, query, pageGroups);
      return (await differing).get(key) ?? [];
    };
    const bestOf = (group: ExperimentGroup) => {
      const isMinimum = better === "LESS";
      const id = isMinimum ? group.minExperimentId : group.maxExperimentId;
      return { value: isMinimum ? group.min : group.max, experiment: () => loaders.experimentById.load(id) };
    };
    return {
      totalCount: () => countGroups(database, query),
      archivedCount: () => countArchivedRuns(database, given, includeArchived),
      equalSettings: () => equalSettings(database, query),
      pageInfo: {
        hasNextPage: groups.length > limit,
        endCursor: last === undefined ? null : writeRowCursor(list, [last.key]),
      },
      nodes: pageGroups.map((group) => ({
        ...NO_DIMENSIONS,
        ...dimensionsOf(query.by, group.key),
        ...group,
        config: () => settingsOf(query, group, loaders),
        differingSettings: () => differingOf(group.key),
        standardError: group.standardDeviation === null ? null : group.standardDeviation / Math.sqrt(group.n),
        best: bestOf(group),
      })),
    };
  }
}

/** @throws ARGUMENT_INVALID */
function checkDimensions({ by, byConfig, exceptConfig }: GroupsQuery): void {
  const all = [...checkedDimensions(by), ...byConfig.map((field) => `${field} (setting)`)];
  if (byConfig.length <= MAX_SETTINGS && new Set(all).size === all.length) {
    if (all.length > 0 && (exceptConfig === undefined || byConfig.length === 0)) return;
  }
  const received = byConfig.length > MAX_SETTINGS ? `${byConfig.length} settings` : all.join(", ");
  throw failure("ARGUMENT_INVALID", {
    where: "by and byConfig",
    received: `${received || "none"}${exceptConfig === undefined ? "" : " with exceptConfig"}`,
    allowed: `one dimension or more, each once, and up to ${MAX_SETTINGS} settings; byConfig or exceptConfig, not both`,
  });
}

/** @throws ARGUMENT_INVALID if a dimension is repeated */
function checkedDimensions(by: readonly GroupDimension[]): readonly GroupDimension[] {
  if (new Set(by).size === by.length) return by;
  throw failure("ARGUMENT_INVALID", { where: "by", received: by.join(", "), allowed: "each dimension once" });
}

/** Returns the name of the list for its cursors: groups of other dimensions have other cursors. */
function listName({ by, byConfig, exceptConfig, metric }: GroupsQuery): string {
  const settings =
    byConfig.length === 0 && exceptConfig === undefined ? [] : [JSON.stringify([byConfig, exceptConfig])];
  return ["experimentGroups", ...by, ...settings, metric].join(" ");
}

/** Returns the values of the dimensions by field. `key` is their JSON. */
function dimensionsOf(by: readonly GroupDimension[], key: string): Record<string, unknown> {
  const values = JSON.parse(key) as unknown[];
  return Object.fromEntries(by.map((dimension, i) => [FIELDS[dimension], values[i]]));
}

async function settingsOf(
  { by, byConfig, exceptConfig }: GroupsQuery,
  { key, minExperimentId }: ExperimentGroup,
  { settings }: Pick<Context["loaders"], "settings">,
): Promise<GroupSetting[]> {
  if (exceptConfig === undefined) {
    const values = JSON.parse(key) as (SettingValue | null)[];
    return byConfig.map((field, i) => ({ field, value: values[by.length + i] ?? null }));
  }
  // All runs of the group have these settings.
  const excluded = new Set([...IDENTITY_FIELDS, ...exceptConfig.map(storedField)]);
  const ofRun = await settings.load(minExperimentId);
  return ofRun.filter(({ field }) => !excluded.has(field)).map(({ field, value }) => ({ field, value }));
}

async function differingByGroup(
  database: Connection,
  query: GroupsQuery,
  groups: readonly ExperimentGroup[],
): Promise<Map<string, string[]>> {
  const keys = groups.map(({ key }) => key);
  const byKey = new Map(keys.map((key): [string, string[]] => [key, []]));
  for (const { key, field } of await differingSettings(database, query, keys)) byKey.get(key)?.push(field);
  return byKey;
}

/** Returns the key of the group that a cursor points to. @throws ARGUMENT_INVALID */
function keyOf(list: string, cursor: string, { by, byConfig, exceptConfig }: GroupsQuery): string {
  const [text] = readRowCursor(list, ["string"], cursor) as [string];
  const key = storableKey(text);
  const values: unknown = key === undefined ? undefined : JSON.parse(key);
  const length = by.length + byConfig.length + (exceptConfig === undefined ? 0 : 1);
  if (key !== undefined && Array.isArray(values) && values.length === length) return key;
  throw failure("ARGUMENT_INVALID", { where: "after", received: cursor, allowed: "an endCursor of this list" });
}
