import { constants, type Dirent } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { descriptorPath, placeOf } from "./opened-path.js";

/**
 * The entries of the folder that lies at `path` itself; undefined where there is none, or where a link leads to another one.
 * On Linux the very folder that was looked at is listed; elsewhere one that is swapped meanwhile is noticed afterwards.
 *
 * @param path absolute, with links resolved
 * @throws what node:fs throws
 */
export async function listFolder(path: string): Promise<Dirent[] | undefined> {
  if (process.platform !== "linux") {
    const entries = await readdir(path, { withFileTypes: true });
    return (await realpath(path)) === path ? entries : undefined;
  }
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const place = await placeOf(handle, path);
    return place === path ? await readdir(descriptorPath(handle), { withFileTypes: true }) : undefined;
  } finally {
    await handle.close();
  }
}
