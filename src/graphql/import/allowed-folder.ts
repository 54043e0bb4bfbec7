import { realpath, stat } from "node:fs/promises";
import { failure } from "../../errors.js";
import { contains } from "../../files/contains.js";

/**
 * The real path of `folder`, links resolved, which must lie under one of `roots`. It is resolved here once: who reads it must
 * not resolve it again. A folder outside them, one that is not there and a file are refused alike, so that the answer does
 * not tell what the machine holds. Nothing is ever fetched: an address is refused as what it is.
 *
 * @throws FOLDER_NOT_ALLOWED
 */
export async function allowedFolder(folder: string, roots: readonly string[]): Promise<string> {
  if (isAddress(folder)) {
    throw failure("FOLDER_NOT_ALLOWED", {
      where: "folder",
      received: `the address ${JSON.stringify(folder)}`,
      allowed: "a folder on the server's own file system, under one of its import roots",
      todo: "Nothing is fetched from addresses: copy the study to the server, or mount it there, and give that folder.",
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

/** `http://...`, `s3://...`, `file:...`, `//server/share` and `\\server\share`, which Windows would open over the network. */
function isAddress(folder: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:\/\/|(?:file|data):|[\\/]{2})/i.test(folder.trim());
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
