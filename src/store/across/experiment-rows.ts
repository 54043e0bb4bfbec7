import type { Sql } from "postgres";
import { storedField } from "../../model/setting-fields.js";
import type { SettingValue } from "../../model/settings.js";
import type { Connection } from "../connection.js";
import { leftOutArchivedRuns } from "./archived-studies.js";
import { experimentCondition, finite } from "./conditions.js";
import type { ExperimentFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";
import { experimentOrderKey, type ExperimentOrder } from "./experiment-order.js";
import { afterPosition, inOrder, type Position } from "./keyset.js";

/** One run as a flat row. */
export interface ExperimentRow {
  readonly id: string;
  readonly study: string;
  readonly studyName: string;
  readonly baseModel: string | null;
  readonly name: string;
  readonly method: string;
  readonly quantization: string;
  readonly quantizationBits: number | null;
  readonly quantizationScheme: string | null;
  readonly rank: number | null;
  readonly seed: number | null;
  readonly steps: number | null;
  readonly numSamples: number | null;
  readonly hasWeights: boolean;
  readonly createdAt: Date;
  /** In the order of the requested metrics; NaN without a finite value. */
  readonly values: readonly number[];
  /** In the order of the requested settings; null without a value. */
  readonly config: readonly (SettingValue | null)[];
  /** The JSON of the value for CONFIG. */
  readonly orderKey: string | number | null;
}

/** Returns up to `limit` runs that match `filter`, after `after`, each with its `metrics` and settings. @throws ARGUMENT_INVALID */
export function experimentRows(
  { sql }: Connection,
  query: {
    readonly filter: ExperimentFilter | null | undefined;
    readonly metrics: readonly string[];
    /** Names of settings. */
    readonly config: readonly string[];
    readonly order: ExperimentOrder;
    readonly limit: number;
    readonly after: Position | undefined;
  },
): Promise<ExperimentRow[]> {
  const { filter, metrics, config, order, limit, after } = query;
  const { key, joined } = experimentOrderKey(sql, order);
  const id = sql`experiment.id`;
  return sql<ExperimentRow[]>`
    with page as (
      select experiment.*, rank.r, study.slug, study.name as study_name, base_model, created_at,
        ${key.type === "jsonb" ? sql`(${key.column})::text` : key.column} as order_key,
        row_number() over (order by ${inOrder(sql, key, id, order.direction)}) as position
      from experiment left join rank on rank.id = rank_id join study on study.id = experiment.study_id ${joined}
      where ${experimentCondition(sql, filter)} and ${afterPosition(sql, key, id, order.direction, after)}
      order by ${inOrder(sql, key, id, order.direction)} limit ${limit})
    select page.id, slug as study, study_name as "studyName", base_model as "baseModel", name, method,
      quantization_label as quantization, quantization_bits as "quantizationBits",
      quantization_scheme as "quantizationScheme", r as rank, seed, steps, num_samples as "numSamples",
      exists (select from checkpoint where experiment_id = page.id) as "hasWeights", created_at as "createdAt",
      array(
        select coalesce(metric.value, 'NaN') from unnest(${[...metrics]}::text[]) with ordinality as wanted (name, place)
        left join metric on metric.experiment_id = page.id and metric.name = wanted.name
          and ${finite(sql, sql`metric.value`)}
        order by place) as values,
      ${config.length === 0 ? sql`'[]'::jsonb` : settingValues(sql, config)} as config,
      order_key as "orderKey"
    from page order by position`;
}

/** Returns the number of runs that match `filter`. @throws ARGUMENT_INVALID */
export async function countExperiments(
  { sql }: Connection,
  filter: ExperimentFilter | null | undefined,
): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from experiment where ${experimentCondition(sql, filter)}`;
  return row?.n ?? 0;
}

/** Returns the number of runs of archived studies that a list of runs leaves out. @throws ARGUMENT_INVALID */
export async function countArchivedRuns(
  connection: Connection,
  filter: ExperimentFilter | null | undefined,
  includeArchived: boolean,
): Promise<number> {
  const leftOut = includeArchived ? undefined : leftOutArchivedRuns(filter);
  return leftOut === undefined ? 0 : countExperiments(connection, leftOut);
}

/** Selects the values of settings of a row `page` as a JSON array. */
function settingValues(sql: Sql, config: readonly string[]): Fragment {
  return sql`(
    select jsonb_agg(setting.value order by place)
    from unnest(${config.map(storedField)}::text[]) with ordinality as wanted (field, place)
    left join experiment_setting as setting on setting.experiment_id = page.id and setting.field = wanted.field)`;
}
