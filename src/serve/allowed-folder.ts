import { realpath } from "node:fs/promises";
import path from "node:path";
import { failure } from "../errors.js";

/**
 * The real path of `folder`, links resolved, which must lie under one of `roots`. A folder outside them and one that is not
 * there are refused alike, so that the answer does not tell what the machine holds.
 *
 * @throws FOLDER_NOT_ALLOWED
 */
export async function allowedFolder(folder: string, roots: readonly string[]): Promise<string> {
  const resolved = await realpath(folder).catch(() => undefined);
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  const isAllowed = realRoots.some((root) => root !== undefined && resolved !== undefined && contains(root, resolved));
  if (resolved === undefined || !isAllowed) {
    throw failure("FOLDER_NOT_ALLOWED", {
      where: "folder",
      received: JSON.stringify(folder),
      allowed: "an existing folder under one of the server's import roots",
    });
  }
  return resolved;
}

function contains(root: string, folder: string): boolean {
  const relative = path.relative(root, folder);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
