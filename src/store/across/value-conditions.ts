import type { Sql } from "postgres";
import type { NumberFilter, RangeFilter, TextFilter } from "./filters.js";
import type { Fragment } from "./fragment.js";

/** Returns the conditions of `filter` on the text `column`. */
export function textConditions(sql: Sql, column: Fragment, filter: TextFilter): Fragment[] {
  const { equals, notEquals, contains, startsWith, isNull } = filter;
  return [
    ...given(equals, (value) => sql`${column} = ${value}`),
    // Null is not equal to any value; a comparison in SQL would be null.
    ...given(notEquals, (value) => sql`${column} is distinct from ${value}`),
    ...given(filter.in, (values) => sql`${column} = any(${[...values]}::text[])`),
    ...given(filter.notIn, (values) => sql`(${column} = any(${[...values]}::text[])) is not true`),
    ...given(contains, (value) => sql`strpos(lower(${column}), lower(${value})) > 0`),
    ...given(startsWith, (value) => sql`starts_with(lower(${column}), lower(${value}))`),
    ...given(isNull, (is) => (is ? sql`${column} is null` : sql`${column} is not null`)),
  ];
}

/** Returns the conditions of `filter` on the numeric `column`. */
export function numberConditions(sql: Sql, column: Fragment, filter: NumberFilter): Fragment[] {
  const { equals, notEquals, isNull } = filter;
  return [
    ...given(equals, (value) => sql`${column} = ${value}::float8`),
    ...given(notEquals, (value) => sql`${column} is distinct from ${value}::float8`),
    ...given(filter.in, (values) => sql`${column} = any(${[...values]}::float8[])`),
    ...given(filter.notIn, (values) => sql`(${column} = any(${[...values]}::float8[])) is not true`),
    ...rangeConditions(sql, column, filter),
    ...given(isNull, (is) => (is ? sql`${column} is null` : sql`${column} is not null`)),
  ];
}

/** Returns the bounds of `filter` on the numeric `column`. */
export function rangeConditions(sql: Sql, column: Fragment, filter: RangeFilter<number>): Fragment[] {
  return bounds(sql, column, filter, (value) => sql`${value}::float8`);
}

/** Returns the bounds of `filter` on the time `column`. */
export function timeConditions(sql: Sql, column: Fragment, filter: RangeFilter<Date>): Fragment[] {
  return bounds(sql, column, filter, (value) => sql`${value}::timestamptz`);
}

function bounds<Value>(
  sql: Sql,
  column: Fragment,
  { lt, lte, gt, gte }: RangeFilter<Value>,
  typed: (value: Value) => Fragment,
): Fragment[] {
  return [
    ...given(lt, (value) => sql`${column} < ${typed(value)}`),
    ...given(lte, (value) => sql`${column} <= ${typed(value)}`),
    ...given(gt, (value) => sql`${column} > ${typed(value)}`),
    ...given(gte, (value) => sql`${column} >= ${typed(value)}`),
  ];
}

/** Returns the condition of a value, or none if the value is null or undefined. */
export function given<Value>(value: Value | null | undefined, write: (value: Value) => Fragment): Fragment[] {
  return value == null ? [] : [write(value)];
}
