import { failure } from "../../errors.js";
import { decodeCursor, encodeCursor } from "./cursor-text.js";

type KeyValue = string | number;

/** Returns the cursor of a row in the list `list`. `key` identifies the row. */
export function writeRowCursor(list: string, key: readonly KeyValue[]): string {
  return encodeCursor([list, ...key]);
}

/**
 * Returns the key of the row that a cursor points to.
 *
 * @param types the types of the values of the key
 * @throws ARGUMENT_INVALID if writeRowCursor did not write `cursor` for this list with values of these types
 */
export function readRowCursor(
  list: string,
  types: readonly ("string" | "number")[],
  cursor: string,
): readonly KeyValue[] {
  const [cursorList, ...key] = decodeCursor(cursor);
  const hasTypes = key.length === types.length && types.every((type, i) => typeof key[i] === type);
  // PostgreSQL text cannot contain a zero character.
  const hasZero = key.some((value) => typeof value === "string" && value.includes("\0"));
  if (cursorList !== list || !hasTypes || hasZero) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(cursor),
      allowed: "an endCursor of this list",
    });
  }
  return key as KeyValue[];
}
