import type { Dirent } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../errors.js";
import { contains } from "../../files/paths.js";
import { describeErrno } from "../../files/describe-errno.js";
import { eventLoopTurn } from "../../files/event-loop-turn.js";
import { listFolder } from "../../files/list-folder.js";
import { MAX_DEPTH, MAX_FILES } from "../limits.js";

/** The content of a folder. Paths are relative to it, with forward slashes, in alphabetical order. */
export interface ListedFiles {
  /** The folder itself: absolute, with links resolved. */
  readonly folder: string;
  readonly files: readonly string[];
  /**
   * Symbolic links to files of the folder that no format would recognise by their own names, as in the hub's cache, with their
   * targets, relative to the folder. They are in `files` too.
   */
  readonly followed: ReadonlyMap<string, string>;
  /** Other symbolic links whose targets lie in the folder. They are not followed: the targets are listed at their own paths. */
  readonly links: readonly string[];
  /** Symbolic links that lead out of the folder, or nowhere. */
  readonly linksOut: readonly string[];
  /** Pipes, sockets and devices. */
  readonly special: readonly string[];
  /** Folders that cannot be listed. */
  readonly unreadable: readonly string[];
}

/** Folders that hold no runs. */
const SKIPPED_FOLDERS = new Set(["node_modules", "__pycache__"]);
/** Hidden folders that are listed: Hydra keeps each job's configuration in one. */
const LISTED_HIDDEN_FOLDERS = new Set([".hydra"]);
/** Content of the hub's cache, whose files have the hashes of their content as names. */
const HUB_BLOB = /(?:^|\/)blobs\/[^/]+$/;

/**
 * Lists the files below `root`, without hidden files and most hidden folders. A folder that is replaced by a link meanwhile is not
 * followed.
 *
 * @param root absolute, with links resolved
 * @param where name of the folder in messages
 * @throws FOLDER_NOT_FOUND, FILE_UNREADABLE, FILE_CHANGED, TOO_MANY_FILES
 */
export async function listFiles(root: string, where: string, signal?: AbortSignal): Promise<ListedFiles> {
  await requireFolder(root, where);
  const files: string[] = [];
  const links: string[] = [];
  const linksOut: string[] = [];
  const followed = new Map<string, string>();
  const special: string[] = [];
  const unreadable: string[] = [];
  let entryCount = 0;

  async function walk(folder: string, depth: number): Promise<void> {
    signal?.throwIfAborted();
    requireDepth(folder, depth);
    await eventLoopTurn();
    const entries = entriesOf(folder);
    if (entries === undefined) {
      const received = "a folder that was replaced, or became a link, while it was listed";
      throw failure("FILE_CHANGED", { where: folder || where, received });
    }
    // Folders and links are counted too, so that the walk ends.
    entryCount += entries.length;
    requireCount(entryCount, where);
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name.startsWith(".") && !LISTED_HIDDEN_FOLDERS.has(entry.name)) continue;
      const relative = path.posix.join(folder, entry.name);
      if (entry.isSymbolicLink()) {
        const target = await targetInside(root, relative);
        if (target === undefined) linksOut.push(relative);
        else if (HUB_BLOB.test(target)) {
          files.push(relative);
          followed.set(relative, target);
        } else links.push(relative);
      } else if (entry.isFile()) {
        files.push(relative);
      } else if (!entry.isDirectory()) {
        special.push(relative);
      } else if (!SKIPPED_FOLDERS.has(entry.name)) {
        await walk(relative, depth + 1);
      }
    }
  }

  function entriesOf(folder: string): Dirent[] | undefined {
    try {
      return listFolder(path.join(root, folder));
    } catch (cause) {
      const received = describeErrno(cause as NodeJS.ErrnoException);
      if (folder === "") throw failure("FILE_UNREADABLE", { where, received, cause });
      unreadable.push(folder);
      return [];
    }
  }

  await walk("", 0);
  return { folder: root, files, followed, links, linksOut, special, unreadable };
}

async function requireFolder(root: string, where: string): Promise<void> {
  const stats = await stat(root).catch((cause: unknown) => {
    throw failure("FOLDER_NOT_FOUND", { where, cause });
  });
  if (!stats.isDirectory()) throw failure("FOLDER_NOT_FOUND", { where, received: "a file", allowed: "a folder" });
}

function requireDepth(where: string, depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw failure("TOO_MANY_FILES", { where, received: `folders ${depth} deep`, allowed: `${MAX_DEPTH} deep` });
}

function requireCount(count: number, where: string): void {
  if (count <= MAX_FILES) return;
  throw failure("TOO_MANY_FILES", { where, received: `more than ${MAX_FILES} files`, allowed: String(MAX_FILES) });
}

/** Returns the target of a link, relative to `root`; undefined if it lies elsewhere or does not exist. */
async function targetInside(root: string, link: string): Promise<string | undefined> {
  const target = await realpath(path.join(root, link)).catch(() => undefined);
  if (target === undefined || !contains(root, target)) return undefined;
  return path.relative(root, target).split(path.sep).join("/");
}
