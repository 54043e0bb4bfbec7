import { writeListCursor } from "./list-cursor.js";

/** A row that knows its place in its list. */
interface Keyed {
  readonly id: string;
  readonly orderKey: Date | string | number | null;
}

/** A page of a list that the database orders; what is not asked for is not made. */
export interface ListPage<Row> {
  /** Counts when it is asked for. */
  readonly totalCount: () => Promise<number>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly Row[];
  readonly edges: () => readonly { readonly cursor: string; readonly node: Row }[];
}

/**
 * Makes a page of up to `limit` rows of the order named `order`.
 *
 * @param rows one more than `limit` where there is a next page
 */
export function listPage<Row extends Keyed>(
  rows: readonly Row[],
  { limit, order, totalCount }: { readonly limit: number; readonly order: string } & Pick<ListPage<Row>, "totalCount">,
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
