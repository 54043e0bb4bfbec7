import { realpath, stat } from "node:fs/promises";
import { failure } from "../errors.js";
import { contains } from "./paths.js";

/** The folders that the imports of a client may read. */
export interface ImportRoots {
  /** The server's import roots. */
  readonly server: readonly string[];
  /** Import roots of the client's token: absolute, with links resolved; undefined for all of the server's. */
  readonly token: readonly string[] | undefined;
}

/**
 * Returns the real path of `folder`, with links resolved, if it is under one of the server's roots and under one of the token's.
 * Callers must not resolve the path again. A folder outside of the roots, a missing folder and a file give the same error, so
 * that the error does not reveal the server's files. URLs are rejected; nothing is downloaded.
 *
 * @throws FOLDER_NOT_ALLOWED; FORBIDDEN for a token without import roots
 */
export async function allowedFolder(folder: string, { server, token }: ImportRoots): Promise<string> {
  requireSomeRoot(token);
  requireNoUrl(folder);
  const resolved = await realpath(folder).catch(() => undefined);
  if (
    resolved === undefined ||
    !(await isUnder(server, resolved)) ||
    !isUnderStored(token, resolved) ||
    !(await isFolder(resolved))
  ) {
    throw failure("FOLDER_NOT_ALLOWED", {
      where: "folder",
      received: JSON.stringify(folder),
      ...adviceFor(token),
    });
  }
  return resolved;
}

/** @throws FORBIDDEN */
function requireSomeRoot(token: ImportRoots["token"]): void {
  if (token?.length !== 0) return;
  throw failure("FORBIDDEN", {
    where: "input.folder",
    received: "a token for some studies that has no import root",
    allowed: "folders under an import root of the token",
    fix: "Ask an administrator for a token created with --import-root FOLDER, or let the administrator import the folder.",
  });
}

/** @throws FOLDER_NOT_ALLOWED */
function requireNoUrl(folder: string): void {
  if (!isUrl(folder)) return;
  throw failure("FOLDER_NOT_ALLOWED", {
    where: "folder",
    received: `the URL ${JSON.stringify(folder)}`,
    allowed: "a folder on the server's own file system, under one of its import roots",
    fix: "URLs are rejected; nothing is downloaded. Copy the study to the server, or mount it there, and give that folder.",
  });
}

async function isUnder(roots: readonly string[], resolved: string): Promise<boolean> {
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  return realRoots.some((root) => root !== undefined && contains(root, resolved));
}

/** A token's roots are not resolved again: a root that was replaced by a link contains nothing. */
function isUnderStored(roots: ImportRoots["token"], resolved: string): boolean {
  return roots?.some((root) => contains(root, resolved)) ?? true;
}

function adviceFor(token: ImportRoots["token"]): { readonly allowed: string; readonly fix?: string } {
  if (token === undefined) return { allowed: "an existing folder under one of the server's import roots" };
  return {
    allowed: "an existing folder under an import root of the token, and under one of the server's",
    fix: "Move it under one of them, or ask an administrator for a token created with --import-root FOLDER.",
  };
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
