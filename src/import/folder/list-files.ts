import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../errors.js";
import { contains } from "../../files/contains.js";
import { errnoWords } from "../../files/describe-errno.js";
import { listFolder } from "../../files/list-folder.js";
import { MAX_DEPTH, MAX_FILES } from "../limits.js";

/** What lies below a folder; paths are relative to it, with forward slashes, in alphabetical order. */
export interface FilesBelow {
  /** The folder itself, absolute, links resolved. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Symbolic links that stay in the folder. None is followed: what they lead to is found at its own place. */
  readonly links: readonly string[];
  /** Symbolic links that lead out of the folder, or nowhere. */
  readonly linksOut: readonly string[];
  /** Pipes, sockets and devices. */
  readonly special: readonly string[];
  /** Folders that could not be listed. */
  readonly unreadable: readonly string[];
}

/** Folders that hold no runs. */
const SKIPPED = new Set(["node_modules", "__pycache__"]);

/**
 * Lists the files below `root`; hidden folders and files are left out. A folder that is swapped for a link meanwhile is not
 * followed.
 *
 * @param root absolute, with links resolved
 * @param where what messages call it
 * @throws FOLDER_NOT_FOUND, FILE_UNREADABLE, FILE_CHANGED, TOO_MANY_FILES
 */
export async function filesBelow(root: string, where: string, signal?: AbortSignal): Promise<FilesBelow> {
  const isFolder = await stat(root).then(
    (found) => found.isDirectory(),
    (cause: unknown) => {
      throw failure("FOLDER_NOT_FOUND", { where, cause });
    },
  );
  if (!isFolder) throw failure("FOLDER_NOT_FOUND", { where, received: "a file", allowed: "a folder" });

  const files: string[] = [];
  const links: string[] = [];
  const linksOut: string[] = [];
  const special: string[] = [];
  const unreadable: string[] = [];
  let met = 0;
  async function walk(below: string, depth: number): Promise<void> {
    signal?.throwIfAborted();
    if (depth > MAX_DEPTH) {
      throw failure("TOO_MANY_FILES", {
        where: below,
        received: `folders ${depth} deep`,
        allowed: `${MAX_DEPTH} deep`,
      });
    }
    const entries = await listFolder(path.join(root, below)).catch((cause: NodeJS.ErrnoException) => {
      if (below === "") throw failure("FILE_UNREADABLE", { where, received: errnoWords(cause), cause });
      unreadable.push(below);
      return [];
    });
    if (entries === undefined) {
      const received = "a folder that was replaced, or became a link, while it was listed";
      throw failure("FILE_CHANGED", { where: below || where, received });
    }
    // Folders and links count too: the walk itself must end.
    met += entries.length;
    if (met > MAX_FILES) {
      throw failure("TOO_MANY_FILES", {
        where,
        received: `more than ${MAX_FILES} files`,
        allowed: String(MAX_FILES),
      });
    }
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const relative = path.posix.join(below, entry.name);
      if (entry.isSymbolicLink()) ((await staysIn(root, relative)) ? links : linksOut).push(relative);
      else if (entry.isFile()) files.push(relative);
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) await walk(relative, depth + 1);
      else if (!entry.isDirectory()) special.push(relative);
    }
  }
  await walk("", 0);
  return { folder: root, files, links, linksOut, special, unreadable };
}

async function staysIn(root: string, link: string): Promise<boolean> {
  const target = await realpath(path.join(root, link)).catch(() => undefined);
  return target !== undefined && contains(root, target);
}
