import type { Sql } from "postgres";
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

interface GroupsQuery {
  readonly filter: ExperimentFilter | null | undefined;
  readonly by: readonly GroupDimension[];
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

/** Selects the runs with the metric, each with the key of its group. */
function measured(sql: Sql, { filter, by, metric }: GroupsQuery): Fragment {
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
