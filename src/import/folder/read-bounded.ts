import { failure } from "../../errors.js";
import { eventLoopTurn } from "../../files/event-loop-turn.js";
import { withFile } from "../../files/open-file.js";
import { readSmallFile } from "../../files/read-small-file.js";
import { MAX_TABLE_BYTES } from "../limits.js";

/**
 * Reads a whole file of at most `maxBytes`.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
async function readBounded(path: string, where: string, maxBytes: number): Promise<Buffer> {
  await eventLoopTurn();
  const small = readSmallFile(path, where);
  if (small === undefined) return readLargeFile(path, where, maxBytes);
  requireFits(small.length, where, maxBytes);
  return small;
}

function requireFits(size: number, where: string, maxBytes: number): void {
  if (size <= maxBytes) return;
  throw failure("FILE_TOO_LARGE", { where, received: `${size} bytes`, allowed: `${maxBytes} bytes` });
}

function readLargeFile(path: string, where: string, maxBytes: number): Promise<Buffer> {
  return withFile(path, where, async ({ handle, size, requireUnchanged }) => {
    requireFits(size, where, maxBytes);
    const bytes = Buffer.allocUnsafe(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    await requireUnchanged();
    return bytes.subarray(0, done);
  });
}

/** Reads a UTF-8 file as `readBounded` does, without its byte order mark. Invalid bytes become U+FFFD. */
export async function readTextFile(path: string, where: string, maxBytes: number): Promise<string> {
  return (await readBounded(path, where, maxBytes)).toString("utf8").replace(/^\uFEFF/, "");
}

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
