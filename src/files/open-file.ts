import { channel } from "node:diagnostics_channel";
import { lstat, open, readlink, realpath, type FileHandle } from "node:fs/promises";
import {
  descriptorPath,
  OPEN_FLAGS,
  requireOwnPath,
  requireRegularFile,
  requireSameStamp,
  stampOf,
  unreadable,
} from "./file-checks.js";

/** A regular file, open for reading. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** Bytes at the time of opening. */
  readonly size: number;
  /** Identifies the file and its state. It changes if the file is written to or replaced. */
  readonly stamp: string;
  /** @throws FILE_CHANGED if the file was written to since it was opened */
  requireUnchanged(): Promise<void>;
}

/** The diagnostics channel to which the files that `openFile` has opened are published. */
export const OPENED_FILES = "rankscope.opened-files";

/** A message of that channel. */
export interface OpenedFile {
  /** Name of the file in messages. */
  readonly where: string;
  /** Bytes. */
  readonly size: number;
}

/** Opens `path` as `openFile` does, passes it to `use` and closes it. */
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
 * Opens the regular file at `path`. The caller closes the handle. A link in its place, or in place of a parent folder, is not
 * followed. Pipes, sockets and devices are refused without waiting for them.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws FILE_UNREADABLE (missing, no permission, not a regular file, a link), FILE_CHANGED if it lies elsewhere
 */
export async function openFile(path: string, where: string): Promise<OpenFile> {
  const handle = await open(path, OPEN_FLAGS).catch((cause: unknown) => {
    throw unreadable(where, cause);
  });
  try {
    const stat = await handle.stat({ bigint: true });
    requireRegularFile(stat, where);
    requireOwnPath(await openedPath(handle, path), path, where);
    const stamp = stampOf(stat);
    const size = Number(stat.size);
    channel(OPENED_FILES).publish({ where, size } satisfies OpenedFile);
    return {
      handle,
      size,
      stamp,
      async requireUnchanged() {
        requireSameStamp(stampOf(await handle.stat({ bigint: true })), stamp, where);
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Returns the path of an opened file or folder, with links resolved; undefined if it no longer has one. On Linux the kernel
 * gives it for the open file itself, so that nothing can be replaced meanwhile. On other systems `path` is resolved again and
 * must lead to what was opened; only a folder that is replaced three times during one opening is not noticed.
 */
export async function openedPath(handle: FileHandle, path: string): Promise<string | undefined> {
  if (process.platform === "linux") return readlink(descriptorPath(handle.fd)).catch(() => undefined);
  const [resolved, found, opened] = await Promise.all([
    realpath(path).catch(() => undefined),
    lstat(path, { bigint: true }).catch(() => undefined),
    handle.stat({ bigint: true }),
  ]);
  const isSame = found?.dev === opened.dev && found.ino === opened.ino;
  return isSame ? resolved : undefined;
}
