import { failure } from "../../errors.js";
import { readBounded } from "../folder/read-bounded.js";
import { MAX_TABLE_BYTES } from "../limits.js";

/** Reads a result table's file. @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED */
export function readTableFile(path: string, where: string): Promise<Buffer> {
  return readBounded(path, where, MAX_TABLE_BYTES);
}

/** Reads a result table's file as text. @throws TABLE_INVALID for bytes that are not UTF-8, and as `readTableFile` does */
export async function readTableText(path: string, where: string): Promise<string> {
  const bytes = await readTableFile(path, where);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw failure("TABLE_INVALID", { where, received: "bytes that are not UTF-8 text", cause });
  }
}
