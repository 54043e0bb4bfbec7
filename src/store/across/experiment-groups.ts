import type { Sql } from "postgres";
import { IDENTITY_FIELDS, storedField } from "../../model/setting-fields.js";
import type { Connection } from "../connection.js";
import { experimentCondition, finite } from "./conditions.js";
import type { ExperimentFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";

export type GroupDimension = "STUDY" | "BASE_MODEL" | "METHOD" | "QUANTIZATION" | "QUANTIZATION_BITS" | "RANK" | "SEED";

/** Runs with equal values in some dimensions, with statistics of one metric over them. */
export interface ExperimentGroup {
  /** The values of the dimensions as JSON, by which groups are ordered. */
  readonly key: string;
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1 in the denominator); null for n = 1. */
  readonly standardDeviation: number | null;
  readonly min: number;
  readonly max: number;
  /** Ids of the runs with the minimum and the maximum; of equal runs, the one imported first. */
  readonly minExperimentId: string;
  readonly maxExperimentId: string;
}

/** The runs to group, and the values that the runs of a group have in common. */
export interface GroupsQuery {
  readonly filter: ExperimentFilter | null | undefined;
  readonly by: readonly GroupDimension[];
  /** Settings whose values are dimensions, after those of `by`. */
  readonly byConfig: readonly string[];
  /** Groups by all settings but these and the names of runs, after `by` and `byConfig`. Undefined for no further setting. */
  readonly exceptConfig: readonly string[] | undefined;
  /** Runs without a finite value of it are in no group. */
  readonly metric: string;
}

/** Returns up to `limit` groups after the key `after`, in the order of their keys. @throws ARGUMENT_INVALID */
export function experimentGroups(
  { sql }: Connection,
  { limit, after, ...query }: GroupsQuery & { readonly limit: number; readonly after: string | undefined },
): Promise<ExperimentGroup[]> {
  return sql<ExperimentGroup[]>`
    select key::text as key, count(*)::int as n, avg(value) as mean, stddev_samp(value) as "standardDeviation",
      min(value), max(value), (array_agg(id order by value, id))[1] as "minExperimentId",
      (array_agg(id order by value desc, id))[1] as "maxExperimentId"
    from (${measured(sql, query)}) as run
    ${after === undefined ? sql`` : sql`where key > ${after}::text::jsonb`}
    group by key order by run.key limit ${limit}`;
}

/** Returns the number of groups. @throws ARGUMENT_INVALID */
export async function countGroups({ sql }: Connection, query: GroupsQuery): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(distinct key)::int as n from (${measured(sql, query)}) as run`;
  return row?.n ?? 0;
}

/** Returns the settings in which the runs of the groups `keys` differ, as pairs of key and setting. @throws ARGUMENT_INVALID */
export function differingSettings(
  { sql }: Connection,
  query: GroupsQuery,
  keys: readonly string[],
): Promise<{ readonly key: string; readonly field: string }[]> {
  return sql<{ key: string; field: string }[]>`
    with run as (
      select id, key, dense_rank() over (order by key) as number from (${measured(sql, query)}) as measured
      where key = any(${[...keys]}::text[]::jsonb[]))
    select (select key::text from run where run.number = setting.number limit 1) as key, field
    from (${valuesOfGroups(sql)}) as setting where differs order by number, field`;
}

/** Returns the settings that are equal within every group: their values can still differ between groups. @throws ARGUMENT_INVALID */
export async function equalSettings({ sql }: Connection, query: GroupsQuery): Promise<string[]> {
  const rows = await sql<{ field: string }[]>`
    with run as (select id, dense_rank() over (order by key) as number from (${measured(sql, query)}) as measured)
    select field from (${valuesOfGroups(sql)}) as setting group by field having not bool_or(differs) order by field`;
  return rows.map(({ field }) => field);
}

/**
 * Selects whether runs of a group of `run` differ in a setting. A run without the setting differs from one that has it. Names
 * and folders of runs are left out. Values are compared as text, which is equal for equal JSON, since it can be hashed.
 */
function valuesOfGroups(sql: Sql): Fragment {
  const value = sql`setting.value::text collate "C"`;
  return sql`
    select run.number, field, min(${value}) <> max(${value}) or count(*) < size.n as differs
    from run join experiment_setting as setting on setting.experiment_id = run.id
    join (select number, count(*) as n from run group by number) as size on size.number = run.number
    where field <> all(${[...IDENTITY_FIELDS]}::text[])
    group by run.number, field, size.n`;
}

/** Selects the runs with the metric, each with the key of its group. */
function measured(sql: Sql, { filter, by, byConfig, exceptConfig, metric }: GroupsQuery): Fragment {
  const settings = byConfig.map((field, i) => ({ field: storedField(field), alias: sql(`config_${i}`) }));
  const columns = [
    ...by.map((dimension) => columnOf(sql, dimension)),
    ...settings.map(({ alias }) => sql`${alias}.value`),
    ...(exceptConfig === undefined ? [] : [sql`config.hash`]),
  ];
  const key = columns.reduce((left, right) => sql`${left}, ${right}`);
  const joined = settings.map(
    ({ field, alias }) => sql`left join experiment_setting as ${alias}
      on ${alias}.experiment_id = experiment.id and ${alias}.field = ${field}`,
  );
  if (exceptConfig !== undefined) {
    // A hash keeps cursors short. Equal JSON of PostgreSQL has equal text.
    joined.push(sql`left join lateral (
      select md5(string_agg(to_jsonb(field)::text || setting.value::text, ',' order by field)) as hash
      from experiment_setting as setting
      where setting.experiment_id = experiment.id
        and field <> all(${[...IDENTITY_FIELDS, ...exceptConfig.map(storedField)]}::text[])) as config on true`);
  }
  return sql`
    select experiment.id, metric.value, jsonb_build_array(${key}) as key
    from experiment left join rank on rank.id = rank_id join study on study.id = experiment.study_id
    join metric on metric.experiment_id = experiment.id and metric.name = ${metric}
      and ${finite(sql, sql`metric.value`)}
    ${joined.reduce((left, right) => sql`${left} ${right}`, sql``)}
    where ${experimentCondition(sql, filter)}`;
}

function columnOf(sql: Sql, dimension: GroupDimension): Fragment {
  switch (dimension) {
    case "STUDY":
      return sql`study.slug`;
    case "BASE_MODEL":
      return sql`base_model`;
    case "METHOD":
      return sql`method`;
    case "QUANTIZATION":
      return sql`quantization_label`;
    case "QUANTIZATION_BITS":
      return sql`quantization_bits`;
    case "RANK":
      return sql`rank.r`;
    case "SEED":
      return sql`seed`;
  }
}
