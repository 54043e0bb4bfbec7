import { createHash, randomUUID } from "node:crypto";
import { constants, createReadStream, createWriteStream } from "node:fs";
import { chmod, copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { failure, RankscopeError } from "../errors.js";
import { describeErrno } from "../files/describe-errno.js";
import { descriptorPath } from "../files/file-checks.js";
import type { OpenFile } from "../files/open-file.js";
import type { WeightFile, WeightStore } from "../model/weight-store.js";
import { checkContent, contentKey } from "./weight-file.js";
import { fileFailure } from "./file-failure.js";
import { openLocalFiles, type OpenedWeights } from "./local-files.js";
import { openOriginal, openOriginals, readOriginal } from "./original-files.js";

/** Folder of unfinished copies. It lies beside the files, so that renaming a copy into place is one step. */
const INCOMING = "incoming";
/** Age at which an unfinished copy is taken to be left from a killed process. */
const STALE_MILLISECONDS = 24 * 60 * 60 * 1000;
const CHUNK_BYTES = 2 ** 20;

/**
 * Keeps weight files in `directory`, each under its SHA-256. A file under its name is always complete: it is copied under another
 * name, checked, flushed to the disk, and then renamed. Any number of processes may use one directory.
 */
export function openDirectoryStore(directory: string): WeightStore {
  const files = openLocalFiles(openKept);
  const originals = openOriginals();
  let cleaned: Promise<void> | undefined;

  async function keep(file: WeightFile): Promise<void> {
    const target = join(directory, contentKey(file.hash));
    if ((await sizeOf(target)) === file.size) return;
    const original = await openOriginal(file);
    try {
      await copyInto(target, file, original);
    } finally {
      await original.handle.close();
    }
  }

  async function copyInto(target: string, file: WeightFile, original: OpenFile): Promise<void> {
    const copy = join(directory, INCOMING, `${file.hash}.${randomUUID()}`);
    try {
      await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await (cleaned ??= removeStale(dirname(copy)));
      await copyOpened(original, copy);
      checkContent(file, await hashFile(copy));
      await flushFile(copy);
      await rename(copy, target);
      await flushFolder(dirname(target));
      await flushFolder(directory);
    } catch (cause) {
      await rm(copy, { force: true }).catch(() => undefined);
      if (cause instanceof RankscopeError) throw cause;
      const received = describeErrno(cause as NodeJS.ErrnoException);
      throw failure("WEIGHTS_NOT_KEPT", { where: target, received, cause });
    }
  }

  return {
    async read(file, offset, length, signal) {
      const path = join(directory, contentKey(file.hash));
      const range = { offset, length, signal };
      try {
        return await files.read(path, file, range);
      } catch (cause) {
        if (!(cause instanceof RankscopeError) || cause.code !== "WEIGHTS_MISSING") throw cause;
        return readOriginal(originals, file, range, { where: path, cause });
      }
    },
    keep,
    async remove({ hash }) {
      const target = join(directory, contentKey(hash));
      await rm(target, { force: true }).catch((cause: NodeJS.ErrnoException) => {
        throw failure("WEIGHTS_NOT_KEPT", { where: target, received: describeErrno(cause), cause });
      });
    },
    async close() {
      await Promise.all([files.close(), originals.close()]);
    },
  };
}

/**
 * Opens a file of the store's own directory. Links are followed: only a person who set the store up can create them, for
 * example to put a directory on another disk.
 *
 * @throws WEIGHTS_MISSING, FILE_UNREADABLE, WEIGHTS_UNREACHABLE
 */
async function openKept(path: string): Promise<OpenedWeights> {
  // Without O_NONBLOCK, which Windows lacks, opening a named pipe would wait for a writer indefinitely.
  const nonblocking = (constants as Partial<typeof constants>).O_NONBLOCK ?? 0;
  const handle = await open(path, constants.O_RDONLY | nonblocking).catch((error: NodeJS.ErrnoException) => {
    throw fileFailure(error, path);
  });
  try {
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, size: stats.size };
    throw failure("FILE_UNREADABLE", { where: path, received: "something other than a regular file" });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Copies an open file to `target`, which must not exist. The opened file is copied, even if another file has its name by now. */
async function copyOpened({ handle }: OpenFile, target: string): Promise<void> {
  if (process.platform === "linux") {
    // If the file system supports it, the copy shares the original's blocks until one of them is written to.
    await copyFile(descriptorPath(handle.fd), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return;
  }
  const source = handle.createReadStream({ autoClose: false, start: 0, highWaterMark: CHUNK_BYTES });
  await pipeline(source, createWriteStream(target, { flags: "wx", mode: 0o600 }));
}

/** Returns SHA-256 (hexadecimal) and size in bytes of a file, read as a stream. */
async function hashFile(path: string): Promise<{ hash: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { hash: hash.digest("hex"), size };
}

/** Returns the bytes of a file; undefined if it does not exist. */
async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true ? stats.size : undefined;
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may have finished or removed the copy meanwhile.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < Date.now() - STALE_MILLISECONDS) await rm(path, { force: true });
  }
}

/** Flushes a file to the disk. A copy has its original's permissions, so it is first made writable, and its owner's only. */
async function flushFile(path: string): Promise<void> {
  await chmod(path, 0o600);
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Flushes a folder's entries to the disk. Windows does so by itself and refuses the call. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
