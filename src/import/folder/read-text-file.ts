import { readBounded } from "./read-bounded.js";

/** Reads a UTF-8 file of at most `maxBytes`, without a byte order mark. @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED */
export async function readTextFile(path: string, where: string, maxBytes: number): Promise<string> {
  return (await readBounded(path, where, maxBytes)).toString("utf8").replace(/^\uFEFF/, "");
}
