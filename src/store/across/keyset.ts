import type { Sql } from "postgres";
import type { Fragment } from "./fragment.js";

export type Direction = "ASC" | "DESC";

/** Where a page begins: after the row of this key and id. A row without a key comes last, whichever the direction. */
export interface Position {
  readonly key: string | number | null;
  readonly id: string;
}

/** What a list is ordered by; ties by id, so that the order is total and a cursor names one place in it. */
export interface OrderKey {
  readonly column: Fragment;
  /** Its PostgreSQL type, to which a cursor's key is cast. */
  readonly type: "timestamptz" | "text" | "int" | "float8";
  readonly nullable: boolean;
}

/** The rows after `position` in the order of `key`, then `id`. */
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
  // The cast of a text is PostgreSQL's own, which reads what toISOString writes.
  const key = sql`${String(position.key)}::text::${sql.unsafe(type)}`;
  const compared = sql`(${column}, ${id}) ${beyond} (${key}, ${last})`;
  return nullable ? sql`(${compared} or ${column} is null)` : compared;
}

/** The order itself. */
export function inOrder(sql: Sql, { column, nullable }: OrderKey, id: Fragment, direction: Direction): Fragment {
  const way = direction === "ASC" ? sql`asc` : sql`desc`;
  return nullable ? sql`${column} ${way} nulls last, ${id} ${way}` : sql`${column} ${way}, ${id} ${way}`;
}
