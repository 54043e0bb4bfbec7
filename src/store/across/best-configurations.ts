import type { Sql } from "postgres";
import type { Connection } from "../connection.js";
import { finite } from "./conditions.js";
import { evaluationPrefix } from "../../model/evaluation-metric.js";
import type { Fragment } from "./fragment.js";

/** The configuration of a study with the best mean of a metric. */
export interface BestConfiguration {
  readonly studyId: string;
  /** Null for runs without a rank. */
  readonly rank: number | null;
  readonly method: string;
  readonly useRslora: boolean;
  readonly quantizationLabel: string;
  /** Number of independent runs: runs with equal seeds count once, with their mean. */
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1 in the denominator); null for n = 1. */
  readonly standardDeviation: number | null;
}

export interface BestQuery {
  readonly metric: string;
  readonly higherIsBetter: boolean;
}

/** Returns the best configuration of each of these studies that has the metric, in one statement. */
export function bestConfigurations(
  { sql }: Connection,
  studyIds: readonly string[],
  query: BestQuery,
): Promise<BestConfiguration[]> {
  return sql<BestConfiguration[]>`
    select best.study_id as "studyId", rank.r as rank, method, rslora as "useRslora", label as "quantizationLabel", n,
      value as mean, deviation as "standardDeviation"
    from (${bestOfStudies(sql, query, sql`experiment.study_id = any(${[...studyIds]}::uuid[])`)}) as best
    left join rank on rank.id = best.rank_id`;
}

/**
 * Selects the configuration with the best mean of each study. A configuration is the runs of one rank, quantization and method,
 * and of one stated task and data set, for metrics of an evaluation also that of the evaluation. One with a run that diverged is left out: its mean would be that of the survivors.
 *
 * @param condition selects experiments
 */
export function bestOfStudies(sql: Sql, { metric, higherIsBetter }: BestQuery, condition: Fragment): Fragment {
  const configuration = sql`study_id, rank_id, label, variant, task, dataset, evaluation_dataset`;
  // Exact sums: a sum of float8 depends on the order of rows, and a cursor must match the same number again.
  return sql`
    select distinct on (study_id) study_id, rank_id, label, method, rslora, n, value, deviation
    from (
      select ${configuration}, min(method) as method, bool_or(rslora) as rslora, count(*)::int as n,
        avg(value::numeric)::float8 as value, stddev_samp(value) as deviation
      from (
        select ${configuration}, min(method) as method, bool_or(rslora) as rslora, bool_and(is_finite) as is_finite,
          avg(value::numeric) filter (where is_finite)::float8 as value
        from (${measuredRuns(sql, metric, condition)}) as run
        group by ${configuration}, seed) as independent
      group by ${configuration} having bool_and(is_finite)) as configuration
    order by study_id, value ${higherIsBetter ? sql`desc` : sql`asc`}, n desc, rank_id, label, variant, task, dataset, evaluation_dataset`;
}

/** Selects the runs with the metric, with what tells configurations apart. */
function measuredRuns(sql: Sql, metric: string, condition: Fragment): Fragment {
  const rslora = sql`coalesce((adapter ->> 'useRslora')::boolean, false)`;
  const stated = (field: string) => sql`(
    select setting.value::text from experiment_setting as setting
    where setting.experiment_id = experiment.id and setting.field = ${field} and setting.certainty = 'STATED')`;
  return sql`
    select experiment.study_id, rank_id, quantization_label as label, method::text as method, ${rslora} as rslora,
      case when method::text in ('LORA', 'QLORA', 'UNKNOWN') and not ${rslora} then '' else method::text || ${rslora} end
        as variant,
      ${stated("task")} as task, ${stated("dataset")} as dataset,
      ${evaluationPrefix(metric) === undefined ? sql`null::text` : stated("evaluation_dataset")} as evaluation_dataset,
      coalesce(seed::text, experiment.id::text) as seed, metric.value, ${finite(sql, sql`metric.value`)} as is_finite
    from metric join experiment on experiment.id = metric.experiment_id
    where metric.name = ${metric} and experiment.deleted_at is null and ${condition}`;
}
