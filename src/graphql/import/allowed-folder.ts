import { realpath, stat } from "node:fs/promises";
import { failure } from "../../errors.js";
import { contains } from "../../files/paths.js";

/**
 * Returns the real path of `folder`, with links resolved, if it is under one of `roots`. Callers must not resolve the path
 * again. A folder outside of the roots, a missing folder and a file give the same error, so that the error does not reveal
 * the server's files. URLs are rejected; nothing is downloaded.
 *
 * @throws FOLDER_NOT_ALLOWED
 */
export async function allowedFolder(folder: string, roots: readonly string[]): Promise<string> {
  if (isUrl(folder)) {
    throw failure("FOLDER_NOT_ALLOWED", {
      where: "folder",
      received: `the URL ${JSON.stringify(folder)}`,
      allowed: "a folder on the server's own file system, under one of its import roots",
      fix: "URLs are rejected; nothing is downloaded. Copy the study to the server, or mount it there, and give that folder.",
    });
  }
  const resolved = await realpath(folder).catch(() => undefined);
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  const isAllowed = realRoots.some((root) => root !== undefined && resolved !== undefined && contains(root, resolved));
  if (resolved === undefined || !isAllowed || !(await isFolder(resolved))) {
    throw failure("FOLDER_NOT_ALLOWED", {
      where: "folder",
      received: JSON.stringify(folder),
      allowed: "an existing folder under one of the server's import roots",
    });
  }
  return resolved;
}

/**
 * Returns whether `folder` is a URL (`http://...`, `s3://...`, `file:...`) or a network path (`//server/share`,
 * `\\server\share`), which Windows would open over the network.
 */
function isUrl(folder: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:\/\/|(?:file|data):|[\\/]{2})/i.test(folder.trim());
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
