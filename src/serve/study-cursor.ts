import { validate } from "uuid";
import { failure } from "../errors.js";
import type { StudyPosition } from "../store/studies.js";

/** Where a page of studies ended, as an opaque text. */
export function writeCursor({ createdAt, id }: StudyPosition): string {
  return Buffer.from(`${createdAt.toISOString()} ${id}`).toString("base64url");
}

/** @throws ARGUMENT_INVALID where `cursor` was not written by writeCursor */
export function readCursor(cursor: string): StudyPosition {
  const [time = "", id] = Buffer.from(cursor, "base64url").toString().split(" ");
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !validate(id)) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(cursor),
      allowed: "an endCursor of this list",
    });
  }
  return { createdAt, id: id as string };
}
