import type { Row, PendingQuery, Sql } from "postgres";

/** A piece of a statement, with its values. */
export type Fragment = PendingQuery<Row[]>;

/** The conjunction of `parts`; true where there are none. */
export function allOf(sql: Sql, parts: readonly Fragment[]): Fragment {
  return parts.length === 0 ? sql`true` : sql`(${parts.reduce((left, right) => sql`${left} and ${right}`)})`;
}

/** The disjunction of `parts`; false where there are none. */
export function anyOf(sql: Sql, parts: readonly Fragment[]): Fragment {
  return parts.length === 0 ? sql`false` : sql`(${parts.reduce((left, right) => sql`${left} or ${right}`)})`;
}

/** `part` negated so that what is unknown (null) counts as not met: a filter and its negation share no row and miss none. */
export function negated(sql: Sql, part: Fragment): Fragment {
  return sql`(${part} is not true)`;
}
