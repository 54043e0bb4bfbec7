import { constants, type BigIntStats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { failure } from "../errors.js";
import { errnoWords } from "./describe-errno.js";
import { placeOf } from "./opened-path.js";

/** A regular file, open for reading. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** Bytes when it was opened. */
  readonly size: number;
  /** Which file it is, and which state of it: equal as long as nobody writes to it or puts another in its place. */
  readonly stamp: string;
  /** @throws FILE_CHANGED where the file was written to since it was opened */
  requireUnchanged(): Promise<void>;
}

/** Opens `path` as openFile does, gives it to `use` and closes it. */
export async function withFile<Result>(
  path: string,
  where: string,
  use: (file: OpenFile) => Promise<Result>,
): Promise<Result> {
  const file = await openFile(path, where);
  try {
    return await use(file);
  } finally {
    await file.handle.close();
  }
}

/**
 * Opens `path`; who asks for it closes the handle. What is opened is a regular file that lies at `path` itself: a link in its
 * place, or in place of a folder on the way, is not followed, and a pipe, socket or device is refused without waiting for it.
 *
 * @param path absolute, with links resolved
 * @param where what messages call it
 * @throws FILE_UNREADABLE (not there, no permission, no regular file, a link), FILE_CHANGED where it lies elsewhere
 */
export async function openFile(path: string, where: string): Promise<OpenFile> {
  const handle = await open(path, FLAGS).catch((cause: NodeJS.ErrnoException) => {
    throw failure("FILE_UNREADABLE", { where, received: errnoWords(cause), cause });
  });
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) {
      throw failure("FILE_UNREADABLE", { where, received: "something that is no regular file", allowed: "a file" });
    }
    if ((await placeOf(handle, path)) !== path) {
      const received = "a file that lies elsewhere: it, or a folder that it lies in, was replaced or became a link";
      throw failure("FILE_CHANGED", { where, received });
    }
    const stamp = stampOf(stat);
    return {
      handle,
      size: Number(stat.size),
      stamp,
      async requireUnchanged() {
        if (stampOf(await handle.stat({ bigint: true })) !== stamp) throw changed(where);
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @throws FILE_CHANGED where `stamp` is not that of the file when it was opened before */
export function requireSameStamp(stamp: string, before: string, where: string): void {
  if (stamp !== before) throw changed(where);
}

function changed(where: string): Error {
  return failure("FILE_CHANGED", { where, received: "other bytes, or another file, than a moment ago" });
}

function stampOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

// Without O_NONBLOCK, opening a named pipe would wait for a writer for ever. Windows has neither of the two.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const FLAGS = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
