/** Checks that every opening of a file makes, whether it waits for the file system or not. */

import { constants, type BigIntStats } from "node:fs";
import { failure } from "../errors.js";
import { describeErrno } from "./describe-errno.js";

// Without O_NONBLOCK, opening a named pipe would wait for a writer indefinitely. Windows has neither flag.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Flags that open a file for reading, but no link, and that wait for no writer of a pipe. */
export const OPEN_FLAGS = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** Returns the path by which Linux names an open file: a link to the place where it lies now. */
export function descriptorPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** Identifies a file and its state. It changes if the file is written to or replaced. */
export function stampOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

/** Returns the error of a file that the system does not open. */
export function unreadable(where: string, cause: unknown): Error {
  return failure("FILE_UNREADABLE", { where, received: describeErrno(cause as NodeJS.ErrnoException), cause });
}

/** @throws FILE_UNREADABLE for a folder, pipe, socket or device */
export function requireRegularFile(stats: BigIntStats, where: string): void {
  if (stats.isFile()) return;
  throw failure("FILE_UNREADABLE", { where, received: "something other than a regular file", allowed: "a file" });
}

/** @throws FILE_CHANGED if an opened file lies elsewhere than at `path` */
export function requireOwnPath(opened: string | undefined, path: string, where: string): void {
  if (opened === path) return;
  const received = "a file that lies elsewhere: it, or one of its parent folders, was replaced or became a link";
  throw failure("FILE_CHANGED", { where, received });
}

/** @throws FILE_CHANGED if the stamp differs from the one when the file was opened before */
export function requireSameStamp(stamp: string, before: string, where: string): void {
  if (stamp === before) return;
  throw failure("FILE_CHANGED", { where, received: "different bytes, or another file, than a moment ago" });
}
