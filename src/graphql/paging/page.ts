import { Field, ObjectType } from "type-graphql";
import { failure } from "../../errors.js";
import type { Limits } from "../../model/limits.js";

@ObjectType({ description: "The position of a page in its list (Relay).", simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether the list has more items after endCursor." })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Cursor of the last item: pass it as `after` to get the next page. Null for an empty page.",
  })
  endCursor!: string | null;
}

/** Returns `first` for a page of nodes, which is limited because nodes have relations. @throws ARGUMENT_INVALID */
export function checkPageSize(first: number, { pageSize }: Pick<Limits, "pageSize">): number {
  return checkFirst(first, pageSize, "Request the rest page by page, with after: pageInfo.endCursor.");
}

/** Returns `first` for a page of flat rows, which can be larger than a page of nodes. @throws ARGUMENT_INVALID */
export function checkRowCount(first: number, { rows }: Pick<Limits, "rows">): number {
  return checkFirst(
    first,
    rows,
    "Request the rest page by page, with after: pageInfo.endCursor, or download the whole table from /export.",
  );
}

function checkFirst(first: number, maximum: number, fix: string): number {
  if (first >= 0 && first <= maximum) return first;
  throw failure("ARGUMENT_INVALID", {
    where: "first",
    received: String(first),
    allowed: `0 to ${maximum}`,
    fix,
  });
}
