import { failure } from "../../errors.js";
import type { Limits } from "../../model/limits.js";
import { readOpaque, writeOpaque } from "./opaque.js";

/** Checks how many flat rows are asked for: they are small, more of them make a page than of anything nested. @throws ARGUMENT_INVALID */
export function rowCount(first: number, { rows: most }: Pick<Limits, "rows">): number {
  if (first < 0 || first > most) {
    throw failure("ARGUMENT_INVALID", {
      where: "first",
      received: String(first),
      allowed: `0 to ${most}`,
      todo: "Ask for the rest in further pages, with after: pageInfo.endCursor, or download the whole table from /export.",
    });
  }
  return first;
}

/** A place in a list that is not ordered by an id: the values that name it, as an opaque text. */
export function writePlace(list: string, place: readonly (string | number)[]): string {
  return writeOpaque([list, ...place]);
}

/** @throws ARGUMENT_INVALID where `cursor` was not written by writePlace for this list, of values of these types */
export function readPlace(
  list: string,
  types: readonly ("string" | "number")[],
  cursor: string,
): readonly (string | number)[] {
  const [written, ...place] = readOpaque(cursor);
  const fits = place.length === types.length && types.every((type, i) => typeof place[i] === type);
  if (written !== list || !fits || place.some((value) => typeof value === "string" && value.includes("\0"))) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(cursor),
      allowed: "an endCursor of this list",
    });
  }
  return place as (string | number)[];
}
