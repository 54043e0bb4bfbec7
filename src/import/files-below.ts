import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { failure } from "../errors.js";
import { MAX_DEPTH, MAX_FILES } from "./limits.js";

/** What lies below a folder; paths are relative to it, with forward slashes, in alphabetical order. */
export interface FilesBelow {
  /** The folder itself, absolute, links resolved. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Symbolic links, which are not followed: they could lead out of the folder, or round in a circle. */
  readonly links: readonly string[];
  /** Folders that could not be listed. */
  readonly unreadable: readonly string[];
}

/** Folders that hold no runs. */
const SKIPPED = new Set(["node_modules", "__pycache__"]);

/**
 * Lists the files below `folder`; hidden folders and files are left out.
 *
 * @throws FOLDER_NOT_FOUND, FILE_UNREADABLE, TOO_MANY_FILES
 */
export async function filesBelow(folder: string, signal?: AbortSignal): Promise<FilesBelow> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw failure("FOLDER_NOT_FOUND", { where: folder, cause });
  });
  if (!(await stat(root)).isDirectory())
    throw failure("FOLDER_NOT_FOUND", { where: folder, received: "a file", allowed: "a folder" });

  const files: string[] = [];
  const links: string[] = [];
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
    const entries = await readdir(path.join(root, below), { withFileTypes: true }).catch((cause: unknown) => {
      if (below === "") throw failure("FILE_UNREADABLE", { where: folder, cause });
      unreadable.push(below);
      return [];
    });
    // Folders and links count too: the walk itself must end.
    met += entries.length;
    if (met > MAX_FILES) {
      throw failure("TOO_MANY_FILES", {
        where: folder,
        received: `more than ${MAX_FILES} files`,
        allowed: String(MAX_FILES),
      });
    }
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const relative = path.posix.join(below, entry.name);
      if (entry.isSymbolicLink()) links.push(relative);
      else if (entry.isFile()) files.push(relative);
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) await walk(relative, depth + 1);
    }
  }
  await walk("", 0);
  return { folder: root, files, links, unreadable };
}
