import { failure } from "../../errors.js";
import type { PageInfo } from "./page-info.js";

/** A page of a list in memory. */
export interface MemoryPage<Row> {
  readonly pageInfo: PageInfo;
  readonly nodes: readonly Row[];
}

/**
 * Returns a page of a list that is already in memory. A cursor is the id of the row before the page.
 *
 * @throws ARGUMENT_INVALID if no row has the id `after`
 */
export function memoryPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  first: number,
  after: string | undefined,
): MemoryPage<Row> {
  const start = after === undefined ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(after),
      allowed: "an endCursor of this list",
    });
  }
  const nodes = rows.slice(start, start + first);
  return {
    pageInfo: { hasNextPage: start + nodes.length < rows.length, endCursor: nodes.at(-1)?.id ?? null },
    nodes,
  };
}
