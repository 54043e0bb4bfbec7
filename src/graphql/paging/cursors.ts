import { validate } from "uuid";
import { failure } from "../../errors.js";
import { storableJson } from "../../model/storable-json.js";
import type { Position } from "../../store/across/keyset.js";

/** The value that a row is ordered by, and its id. */
interface RowPosition {
  readonly key: Date | string | number | null;
  readonly id: string;
}

/** The type of the values that a list is ordered by. */
export type KeyKind = "text" | "number" | "time" | "json";

/** Returns the cursor of a row. It contains the order of the list, so that it is invalid in any other order. */
export function writeListCursor(order: string, { key, id }: RowPosition): string {
  return encodeCursor([order, key, id]);
}

/** Returns the position of a cursor. @throws ARGUMENT_INVALID if writeListCursor did not write it for this order */
export function readListCursor(order: string, kind: KeyKind, cursor: string): Position {
  const [cursorOrder, key, id] = decodeCursor(cursor);
  const storedKey = kind === "json" && typeof key === "string" ? storableKey(key) : key;
  if (cursorOrder !== order || !isKey(storedKey, kind) || typeof id !== "string" || !validate(id)) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(cursor),
      allowed: "an endCursor, or an edge's cursor, of this list in this order",
    });
  }
  return { key: storedKey, id };
}

/** Returns the JSON of a key as the store compares it; undefined if it is not JSON that can be stored. */
export function storableKey(text: string): string | undefined {
  try {
    return storableJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isKey(key: unknown, kind: KeyKind): key is Position["key"] {
  if (key === null) return true;
  if (kind === "number") return typeof key === "number";
  if (typeof key !== "string" || key.includes("\0")) return false;
  return kind === "text" || kind === "json" || !Number.isNaN(Date.parse(key));
}

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

/** Encodes JSON values as the opaque text of a cursor. */
function encodeCursor(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/** Returns the values of a cursor; an empty list if encodeCursor did not write the text. */
function decodeCursor(cursor: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}
