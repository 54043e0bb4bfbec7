import { closeSync, fstatSync, lstatSync, openSync, readlinkSync, readSync, realpathSync } from "node:fs";
import {
  descriptorPath,
  OPEN_FLAGS,
  requireOwnPath,
  requireRegularFile,
  requireSameStamp,
  stampOf,
  unreadable,
} from "./file-checks.js";

/**
 * Bytes up to which a file is read without waiting for the thread pool. Each of its six system calls takes some microseconds, and
 * waking a thread for it several times as long.
 */
const MAX_SMALL_BYTES = 64 * 2 ** 10;

/**
 * Reads a small file as `openFile` and its handle would, with the same checks, but blocks the thread meanwhile. Returns undefined
 * for a larger file, which is not read.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws FILE_UNREADABLE, FILE_CHANGED
 */
export function readSmallFile(path: string, where: string): Buffer | undefined {
  const descriptor = open(path, where);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    requireRegularFile(stats, where);
    requireOwnPath(openedPath(descriptor, path), path, where);
    if (stats.size > MAX_SMALL_BYTES) return undefined;
    const bytes = Buffer.allocUnsafe(Number(stats.size));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(descriptor, bytes, done, bytes.length - done, done);
      if (count === 0) break;
      done += count;
    }
    requireSameStamp(stampOf(fstatSync(descriptor, { bigint: true })), stampOf(stats), where);
    return bytes.subarray(0, done);
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, where: string): number {
  try {
    return openSync(path, OPEN_FLAGS);
  } catch (cause) {
    throw unreadable(where, cause);
  }
}

/** Returns the path of an opened file, as `openedPath` of open-file.ts does. */
function openedPath(descriptor: number, path: string): string | undefined {
  try {
    if (process.platform === "linux") return readlinkSync(descriptorPath(descriptor));
    const found = lstatSync(path, { bigint: true });
    const opened = fstatSync(descriptor, { bigint: true });
    return found.dev === opened.dev && found.ino === opened.ino ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
