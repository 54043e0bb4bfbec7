import type { Sql } from "postgres";
import type { Fragment } from "./fragment.js";

export type Direction = "ASC" | "DESC";

/** Start of a page: after the row with this key and id. Rows without a key come last in both directions. */
export interface Position {
  readonly key: string | number | null;
  readonly id: string;
}

/** Order of a list. Equal keys are ordered by id, so that a cursor identifies one position. */
export interface OrderKey {
  readonly column: Fragment;
  /** PostgreSQL type to which a cursor's key is cast. */
  readonly type: "timestamptz" | "text" | "int" | "float8" | "jsonb";
  readonly nullable: boolean;
}

/** Returns the condition for rows after `position` in the order of `key`, then `id`. */
export function afterPosition(
  sql: Sql,
  { column, type, nullable }: OrderKey,
  id: Fragment,
  direction: Direction,
  position: Position | undefined,
): Fragment {
  if (position === undefined) return sql`true`;
  const beyond = direction === "ASC" ? sql`>` : sql`<`;
  const last = sql`${position.id}::uuid`;
  if (position.key === null) return sql`${column} is null and ${id} ${beyond} ${last}`;
  // PostgreSQL casts the text, which may be one of toISOString.
  const key = sql`${String(position.key)}::text::${sql.unsafe(type)}`;
  const compared = sql`(${column}, ${id}) ${beyond} (${key}, ${last})`;
  return nullable ? sql`(${compared} or ${column} is null)` : compared;
}

/** Returns the terms of `order by`. */
export function inOrder(sql: Sql, { column, nullable }: OrderKey, id: Fragment, direction: Direction): Fragment {
  const sort = direction === "ASC" ? sql`asc` : sql`desc`;
  return nullable ? sql`${column} ${sort} nulls last, ${id} ${sort}` : sql`${column} ${sort}, ${id} ${sort}`;
}
