import type { Sql } from "postgres";
import type { Connection } from "../connection.js";
import { experimentCondition, finite } from "./conditions.js";
import type { ExperimentFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";

export type GroupDimension = "STUDY" | "BASE_MODEL" | "METHOD" | "QUANTIZATION" | "QUANTIZATION_BITS" | "RANK" | "SEED";

/** Runs that are alike in some dimensions, with the moments of one metric over them. */
export interface ExperimentGroup {
  /** The dimensions' values in their order, as JSON: a group's place in the list. */
  readonly key: string;
  readonly n: number;
  readonly mean: number;
  /** With n - 1 in the denominator; null for n = 1. */
  readonly standardDeviation: number | null;
  readonly min: number;
  readonly max: number;
  /** The ids of the runs of the least and the greatest value; of equal ones the run that was imported first. */
  readonly minExperimentId: string;
  readonly maxExperimentId: string;
}

interface GroupsAsked {
  readonly filter: ExperimentFilter | null | undefined;
  readonly by: readonly GroupDimension[];
  /** Runs that do not have it, or have NaN or an infinity there, are in no group. */
  readonly metric: string;
}

/** Up to `limit` groups in the order of their keys, after the key `after`. @throws ARGUMENT_INVALID */
export function experimentGroups(
  { sql }: Connection,
  { limit, after, ...asked }: GroupsAsked & { readonly limit: number; readonly after: string | undefined },
): Promise<ExperimentGroup[]> {
  return sql<ExperimentGroup[]>`
    select key::text as key, count(*)::int as n, avg(value) as mean, stddev_samp(value) as "standardDeviation",
      min(value), max(value), (array_agg(id order by value, id))[1] as "minExperimentId",
      (array_agg(id order by value desc, id))[1] as "maxExperimentId"
    from (${measured(sql, asked)}) as run
    ${after === undefined ? sql`` : sql`where key > ${after}::text::jsonb`}
    group by key order by run.key limit ${limit}`;
}

/** How many groups there are. @throws ARGUMENT_INVALID */
export async function countGroups({ sql }: Connection, asked: GroupsAsked): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(distinct key)::int as n from (${measured(sql, asked)}) as run`;
  return row?.n ?? 0;
}

/** The runs that have the metric, each with the key of its group. */
function measured(sql: Sql, { filter, by, metric }: GroupsAsked): Fragment {
  const columns = by.map((dimension) => columnOf(sql, dimension));
  const key = columns.reduce((left, right) => sql`${left}, ${right}`);
  return sql`
    select experiment.id, value, jsonb_build_array(${key}) as key
    from experiment join rank on rank.id = rank_id join study on study.id = experiment.study_id
    join metric on metric.experiment_id = experiment.id and metric.name = ${metric} and ${finite(sql, sql`value`)}
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
