import { lstat, readlink, realpath, type FileHandle } from "node:fs/promises";

/**
 * Returns the path of an opened file or folder, with links resolved; undefined if it has none any more. On Linux the kernel
 * gives it for the open file itself, so that nothing can be replaced meanwhile. On other systems `path` is resolved again and
 * must lead to what was opened; only a folder that is replaced three times during one opening is not noticed.
 */
export async function openedPath(handle: FileHandle, path: string): Promise<string | undefined> {
  if (process.platform === "linux") return readlink(descriptorPath(handle)).catch(() => undefined);
  const [resolved, found, opened] = await Promise.all([
    realpath(path).catch(() => undefined),
    lstat(path, { bigint: true }).catch(() => undefined),
    handle.stat({ bigint: true }),
  ]);
  const isSame = found?.dev === opened.dev && found.ino === opened.ino;
  return isSame ? resolved : undefined;
}

/** Returns a path by which Linux reaches an open file, wherever its name leads meanwhile. */
export function descriptorPath({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
