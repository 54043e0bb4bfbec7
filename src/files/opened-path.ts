import { lstat, readlink, realpath, type FileHandle } from "node:fs/promises";

/**
 * Where the opened file or folder lies, links resolved; undefined where it lies nowhere any more. On Linux the kernel says
 * it of the open file itself, so nothing can be swapped in between. Elsewhere `path` is resolved again, and what lies there
 * must be what was opened: a person would have to swap a folder three times within one opening to get past it.
 */
export async function placeOf(handle: FileHandle, path: string): Promise<string | undefined> {
  if (process.platform === "linux") return readlink(descriptorPath(handle)).catch(() => undefined);
  const [place, there, opened] = await Promise.all([
    realpath(path).catch(() => undefined),
    lstat(path, { bigint: true }).catch(() => undefined),
    handle.stat({ bigint: true }),
  ]);
  return there?.dev === opened.dev && there.ino === opened.ino ? place : undefined;
}

/** A path by which Linux reaches what is open, wherever its name leads meanwhile. */
export function descriptorPath({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
