import { readFile, stat } from "node:fs/promises";
import { failure } from "../errors.js";

/** Reads a UTF-8 file of at most `maxBytes`, without a byte order mark. @throws FILE_UNREADABLE, FILE_TOO_LARGE */
export async function readTextFile(path: string, where: string, maxBytes: number): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes)
      throw failure("FILE_TOO_LARGE", { where, received: `${size} bytes`, allowed: `${maxBytes} bytes` });
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    if (cause instanceof Error && "syscall" in cause)
      throw failure("FILE_UNREADABLE", { where, received: cause.message, cause });
    throw cause;
  }
}
