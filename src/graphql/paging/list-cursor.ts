import { validate } from "uuid";
import { failure } from "../../errors.js";
import type { Position } from "../../store/across/keyset.js";
import { decodeCursor, encodeCursor } from "./cursor-text.js";

/** The value that a row is ordered by, and its id. */
export interface RowPosition {
  readonly key: Date | string | number | null;
  readonly id: string;
}

/** The type of the values that a list is ordered by. */
export type KeyKind = "text" | "number" | "time";

/** Returns the cursor of a row. It contains the order of the list, so that it is invalid in any other order. */
export function writeListCursor(order: string, { key, id }: RowPosition): string {
  return encodeCursor([order, key, id]);
}

/** Returns the position of a cursor. @throws ARGUMENT_INVALID if writeListCursor did not write it for this order */
export function readListCursor(order: string, kind: KeyKind, cursor: string): Position {
  const [cursorOrder, key, id] = decodeCursor(cursor);
  if (cursorOrder !== order || !isKey(key, kind) || typeof id !== "string" || !validate(id)) {
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
