import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failure, RankscopeError } from "../errors.js";
import { describeErrno } from "../files/describe-errno.js";
import type { OpenFile } from "../files/open-file.js";
import { checkContent } from "./check-content.js";
import { contentKey } from "./content-key.js";
import { copyOpened } from "./copy-opened.js";
import { hashFile } from "./hash-file.js";
import { openLocalFiles } from "./local-files.js";
import { openKept } from "./open-kept.js";
import { openOriginal } from "./open-original.js";
import { openOriginals } from "./originals.js";
import { readOriginal } from "./read-original.js";
import type { WeightFile, WeightStore } from "../model/weight-store.js";

/** Copies under way lie here; beside the files, so that renaming them into place is one step. */
const INCOMING = "incoming";
/** A copy that nobody has written to for this long is left from a process that was killed. */
const STALE_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Keeps weight files in `directory`, each under its SHA-256. A file under its name is always whole: it is copied under
 * another, checked, written through to the disk, and then renamed. Any number of processes may use one directory.
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
      await mkdir(dirname(copy), { recursive: true });
      await mkdir(dirname(target), { recursive: true });
      await (cleaned ??= removeStale(dirname(copy)));
      await copyOpened(original, copy);
      checkContent(file, await hashFile(copy));
      await makeDurable(copy);
      await rename(copy, target);
      await syncFolder(dirname(target));
      await syncFolder(directory);
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
    async close() {
      await Promise.all([files.close(), originals.close()]);
    },
  };
}

/** Bytes of a file that may not be there. */
async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may have finished, or removed, it meanwhile.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < Date.now() - STALE_MILLISECONDS) await rm(path, { force: true });
  }
}

/** Writes `path` through to the disk. A copy has its original's permissions: its owner must be able to write it. */
async function makeDurable(path: string): Promise<void> {
  await chmod(path, ((await stat(path)).mode & 0o777) | 0o600);
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a folder's list of names through to the disk; Windows does that by itself and refuses to be asked. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
