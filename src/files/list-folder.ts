import { closeSync, constants, openSync, readdirSync, readlinkSync, realpathSync, type Dirent } from "node:fs";
import { descriptorPath } from "./file-checks.js";

/**
 * Returns the entries of the folder at `path`; undefined if there is none, or if a link leads to another folder. On Linux the
 * opened folder itself is listed. On other systems a replacement is noticed afterwards. The thread is blocked meanwhile: a folder
 * of a run takes some microseconds, less than waking a thread of the pool.
 *
 * @param path absolute, with links resolved
 * @throws the errors of node:fs
 */
export function listFolder(path: string): Dirent[] | undefined {
  if (process.platform !== "linux") {
    const entries = readdirSync(path, { withFileTypes: true });
    return realpathSync(path) === path ? entries : undefined;
  }
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const opened = descriptorPath(descriptor);
    return openedFolder(opened) === path ? readdirSync(opened, { withFileTypes: true }) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Returns the path of an opened folder; undefined if it has none any more. */
function openedFolder(descriptor: string): string | undefined {
  try {
    return readlinkSync(descriptor);
  } catch {
    return undefined;
  }
}
