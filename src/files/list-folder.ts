import { constants, type Dirent } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { descriptorPath, openedPath } from "./open-file.js";

/**
 * Returns the entries of the folder at `path`; undefined if there is none, or if a link leads to another folder. On Linux the
 * opened folder itself is listed. On other systems a replacement is noticed afterwards.
 *
 * @param path absolute, with links resolved
 * @throws the errors of node:fs
 */
export async function listFolder(path: string): Promise<Dirent[] | undefined> {
  if (process.platform !== "linux") {
    const entries = await readdir(path, { withFileTypes: true });
    return (await realpath(path)) === path ? entries : undefined;
  }
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    if ((await openedPath(handle, path)) !== path) return undefined;
    return await readdir(descriptorPath(handle), { withFileTypes: true });
  } finally {
    await handle.close();
  }
}
