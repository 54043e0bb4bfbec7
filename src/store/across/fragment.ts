import type { Row, PendingQuery, Sql } from "postgres";

/** A part of a statement, with its values. */
export type Fragment = PendingQuery<Row[]>;

/** Returns the conjunction of `parts`; true without parts. */
export function allOf(sql: Sql, parts: readonly Fragment[]): Fragment {
  return parts.length === 0 ? sql`true` : sql`(${parts.reduce((left, right) => sql`${left} and ${right}`)})`;
}

/** Returns the disjunction of `parts`; false without parts. */
export function anyOf(sql: Sql, parts: readonly Fragment[]): Fragment {
  return parts.length === 0 ? sql`false` : sql`(${parts.reduce((left, right) => sql`${left} or ${right}`)})`;
}

/** Returns the negation of `part`, with null as false: each row matches either a filter or its negation. */
export function negated(sql: Sql, part: Fragment): Fragment {
  return sql`(${part} is not true)`;
}
