import { validate } from "uuid";
import { failure } from "../../errors.js";
import type { Position } from "../../store/across/keyset.js";
import { readOpaque, writeOpaque } from "./opaque.js";

/**
 * A row's place in a list, as an opaque text. It names the list's order too, so that a cursor of another order is refused
 * rather than taken for a place that it is not.
 */
export function writeListCursor(
  order: string,
  { key, id }: { key: Date | string | number | null; id: string },
): string {
  return writeOpaque([order, key, id]);
}

/** What the rows of a list are ordered by. */
export type KeyKind = "text" | "number" | "time";

/** @throws ARGUMENT_INVALID where `cursor` was not written by writeListCursor for this order */
export function readListCursor(order: string, kind: KeyKind, cursor: string): Position {
  const [written, key, id] = readOpaque(cursor);
  if (written !== order || !isKey(key, kind) || typeof id !== "string" || !validate(id)) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(cursor),
      allowed: "an endCursor, or an edge's cursor, of this list in this order",
    });
  }
  return { key, id };
}

function isKey(key: unknown, kind: KeyKind): key is Position["key"] {
  if (key === null) return true;
  if (kind === "number") return typeof key === "number";
  if (typeof key !== "string" || key.includes("\0")) return false;
  return kind === "text" || !Number.isNaN(Date.parse(key));
}
