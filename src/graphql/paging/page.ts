import { failure } from "../../errors.js";
import type { Limits } from "../../model/limits.js";

export interface Page<Row> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly Row[];
}

/** Checks a page size: one request may not make the server hold a whole store in memory. @throws ARGUMENT_INVALID */
export function pageSize(first: number, { pageSize: most }: Pick<Limits, "pageSize">): number {
  if (first < 0 || first > most) {
    throw failure("ARGUMENT_INVALID", {
      where: "first",
      received: String(first),
      allowed: `0 to ${most}`,
      todo: "Ask for the rest in further pages, with after: pageInfo.endCursor.",
    });
  }
  return first;
}

/** A page of a list that is already in memory, of a checked size; a cursor is the id of the row before the page. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  first: number,
  after: string | undefined,
): Page<Row> {
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
    totalCount: rows.length,
    pageInfo: { hasNextPage: start + nodes.length < rows.length, endCursor: nodes.at(-1)?.id ?? null },
    nodes,
  };
}
