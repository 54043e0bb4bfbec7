import { writeListCursor } from "./cursors.js";
import type { PageInfo } from "./page.js";

/** A row with the value that its list is ordered by. */
interface OrderedRow {
  readonly id: string;
  readonly orderKey: Date | string | number | null;
}

/** A page of a list that the database orders. Functions are called only for requested fields. */
export interface ListPage<Row> {
  readonly totalCount: () => Promise<number>;
  readonly pageInfo: PageInfo;
  readonly nodes: readonly Row[];
  readonly edges: () => readonly { readonly cursor: string; readonly node: Row }[];
}

interface ListPageOptions {
  /** Maximum number of rows of the page. */
  readonly limit: number;
  /** The name of the order, for cursors. */
  readonly order: string;
  readonly totalCount: () => Promise<number>;
}

/**
 * Returns a page of up to `limit` rows.
 *
 * @param rows one more than `limit` if there is a next page
 */
export function listPage<Row extends OrderedRow>(
  rows: readonly Row[],
  { limit, order, totalCount }: ListPageOptions,
): ListPage<Row> {
  const nodes = rows.slice(0, limit);
  const cursorOf = ({ orderKey, id }: Row) => writeListCursor(order, { key: orderKey, id });
  const last = nodes.at(-1);
  return {
    totalCount,
    pageInfo: { hasNextPage: rows.length > limit, endCursor: last === undefined ? null : cursorOf(last) },
    nodes,
    edges: () => nodes.map((node) => ({ node, cursor: cursorOf(node) })),
  };
}
