import { writeListCursor } from "./list-cursor.js";

/** A row that knows its place in its list. */
interface Keyed {
  readonly id: string;
  readonly orderKey: Date | string | number | null;
}

/** A page of a list that the database orders; what is not asked for is not counted. */
export interface ListPage<Row> {
  /** Counts when it is asked for. */
  readonly totalCount: () => Promise<number>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly Row[];
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
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
  const edges = nodes.map((node) => ({ node, cursor: writeListCursor(order, { key: node.orderKey, id: node.id }) }));
  return {
    totalCount,
    pageInfo: { hasNextPage: rows.length > limit, endCursor: edges.at(-1)?.cursor ?? null },
    nodes,
    edges,
  };
}
