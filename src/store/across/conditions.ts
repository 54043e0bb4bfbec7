/**
 * Translates filters to SQL. A condition refers to the nearest enclosing `study` or `experiment`, so that nested filters need
 * no aliases: an inner table hides an outer one of the same name.
 */

import type { Sql } from "postgres";
import { hasRuns } from "../studies/ranks.js";
import { checkFilter } from "./check-filter.js";
import { configCondition } from "./config-condition.js";
import type { ExperimentFilter, MetricFilter, SetFilter, StudyFilter } from "./filters.js";
import { allOf, anyOf, negated, type Fragment } from "./fragment.js";
import { given, numberConditions, rangeConditions, textConditions, timeConditions } from "./value-conditions.js";

/**
 * Returns the condition of `filter` on a row `study`. Deleted studies do not meet it.
 *
 * @throws ARGUMENT_INVALID if the filter is too deep or too long
 */
export function studyCondition(sql: Sql, filter: StudyFilter | null | undefined): Fragment {
  checkFilter(filter);
  const live = sql`study.deleted_at is null`;
  return filter == null ? live : sql`${live} and ${studyConditionOf(sql, filter)}`;
}

/**
 * Returns the condition of `filter` on a row `experiment`. Deleted runs do not meet it.
 *
 * @throws ARGUMENT_INVALID if the filter is too deep or too long
 */
export function experimentCondition(sql: Sql, filter: ExperimentFilter | null | undefined): Fragment {
  checkFilter(filter);
  // The runs of a deleted study are deleted, too.
  const live = sql`experiment.deleted_at is null`;
  return filter == null ? live : sql`${live} and ${experimentConditionOf(sql, filter)}`;
}

function studyConditionOf(sql: Sql, filter: StudyFilter): Fragment {
  const { slug, name, baseModel, tags, ranks, archived, createdAt, updatedAt, search, experiments } = filter;
  const runs = (condition: Fragment) =>
    sql`exists (select from experiment where experiment.study_id = study.id and experiment.deleted_at is null
      and ${condition})`;
  return allOf(sql, [
    ...combined(sql, filter, studyConditionOf),
    ...given(slug, (text) => allOf(sql, textConditions(sql, sql`study.slug`, text))),
    ...given(name, (text) => allOf(sql, textConditions(sql, sql`study.name`, text))),
    ...given(baseModel, (text) => allOf(sql, textConditions(sql, sql`study.base_model`, text))),
    ...given(tags, (set) => allOf(sql, tagConditions(sql, set))),
    ...given(ranks, (set) => allOf(sql, rankConditions(sql, set))),
    ...given(archived, (is) => (is ? sql`study.archived_at is not null` : sql`study.archived_at is null`)),
    ...given(createdAt, (range) => allOf(sql, timeConditions(sql, sql`study.created_at`, range))),
    ...given(updatedAt, (range) => allOf(sql, timeConditions(sql, sql`study.updated_at`, range))),
    ...given(search, (words) => allOf(sql, searchConditions(sql, words))),
    ...given(experiments?.some, (inner) => runs(experimentConditionOf(sql, inner))),
    ...given(experiments?.every, (inner) => sql`not ${runs(negated(sql, experimentConditionOf(sql, inner)))}`),
    ...given(experiments?.none, (inner) => sql`not ${runs(experimentConditionOf(sql, inner))}`),
  ]);
}

function experimentConditionOf(sql: Sql, filter: ExperimentFilter): Fragment {
  const { study, name, method, quantization, quantizationBits, quantizationScheme } = filter;
  const { rank, seed, steps, numSamples, hasWeights, metric, config } = filter;
  const weights = sql`exists (select from checkpoint where checkpoint.experiment_id = experiment.id)`;
  const text = (column: Fragment, value: ExperimentFilter["name"]) =>
    given(value, (conditions) => allOf(sql, textConditions(sql, column, conditions)));
  const number = (column: Fragment, value: ExperimentFilter["seed"]) =>
    given(value, (conditions) => allOf(sql, numberConditions(sql, column, conditions)));
  return allOf(sql, [
    ...combined(sql, filter, experimentConditionOf),
    ...given(
      study,
      (inner) =>
        sql`exists (select from study where study.id = experiment.study_id and ${studyConditionOf(sql, inner)})`,
    ),
    ...text(sql`experiment.name`, name),
    ...text(sql`experiment.method::text`, method),
    ...text(sql`experiment.quantization_label`, quantization),
    ...number(sql`experiment.quantization_bits`, quantizationBits),
    ...text(sql`experiment.quantization_scheme`, quantizationScheme),
    ...given(
      rank,
      (conditions) => sql`exists (select from rank where rank.id = experiment.rank_id
        and ${allOf(sql, numberConditions(sql, sql`rank.r`, conditions))})`,
    ),
    ...number(sql`experiment.seed`, seed),
    ...number(sql`experiment.steps`, steps),
    ...number(sql`experiment.num_samples`, numSamples),
    ...given(hasWeights, (has) => (has ? weights : sql`not ${weights}`)),
    ...(metric ?? []).map((one) => metricCondition(sql, one)),
    ...(config ?? []).map((one) => configCondition(sql, one)),
  ]);
}

/** Returns the conditions of `and`, `or` and `not`. */
function combined<Filter>(
  sql: Sql,
  {
    and,
    or,
    not,
  }: {
    readonly and?: readonly Filter[] | null | undefined;
    readonly or?: readonly Filter[] | null | undefined;
    readonly not?: Filter | null | undefined;
  },
  conditionOf: (sql: Sql, filter: Filter) => Fragment,
): Fragment[] {
  return [
    ...(and ?? []).map((filter) => conditionOf(sql, filter)),
    ...given(or, (filters) =>
      anyOf(
        sql,
        filters.map((filter) => conditionOf(sql, filter)),
      ),
    ),
    ...given(not, (filter) => negated(sql, conditionOf(sql, filter))),
  ];
}

function tagConditions(sql: Sql, { has, hasAny, hasAll, isEmpty }: SetFilter<string>): Fragment[] {
  return [
    ...given(has, (tag) => sql`study.tags @> ${[tag]}::text[]`),
    ...given(hasAny, (tags) => sql`study.tags && ${[...tags]}::text[]`),
    ...given(hasAll, (tags) => sql`study.tags @> ${[...tags]}::text[]`),
    ...given(isEmpty, (is) => (is ? sql`study.tags = '{}'` : sql`study.tags <> '{}'`)),
  ];
}

function rankConditions(sql: Sql, { has, hasAny, hasAll, isEmpty }: SetFilter<number>): Fragment[] {
  const some = (which: Fragment) =>
    sql`exists (select from rank where rank.study_id = study.id and ${hasRuns(sql)} and ${which})`;
  return [
    ...given(has, (r) => some(sql`rank.r = ${r}`)),
    ...given(hasAny, (ranks) => some(sql`rank.r = any(${[...ranks]}::int[])`)),
    ...(hasAll ?? []).map((r) => some(sql`rank.r = ${r}`)),
    ...given(isEmpty, (is) => (is ? sql`not ${some(sql`true`)}` : some(sql`true`))),
  ];
}

function searchConditions(sql: Sql, search: string): Fragment[] {
  const text = sql`lower(concat_ws(' ', study.slug, study.name, study.base_model, array_to_string(study.tags, ' ')))`;
  return search
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => sql`strpos(${text}, lower(${word})) > 0`);
}

/** Excludes NaN and infinities: PostgreSQL orders NaN above all numbers. */
export const finite = (sql: Sql, column: Fragment): Fragment =>
  sql`${column} between -1.7976931348623157e308 and 1.7976931348623157e308`;

function metricCondition(sql: Sql, { name, equals, recorded, ...range }: MetricFilter): Fragment {
  const value = sql`metric.value`;
  const conditions = [
    ...given(equals, (number) => sql`${value} = ${number}::float8`),
    ...rangeConditions(sql, value, range),
  ];
  const exists = sql`exists (select from metric where metric.experiment_id = experiment.id and metric.name = ${name}
    and ${finite(sql, value)} and ${allOf(sql, conditions)})`;
  return recorded === false ? sql`not ${exists}` : exists;
}
