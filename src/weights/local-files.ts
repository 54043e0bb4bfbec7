import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { failure } from "../errors.js";
import { fileFailure } from "./file-failure.js";
import { checkRange, type ReadRange } from "./read-range.js";
import type { WeightFile } from "../model/weight-store.js";

/** Files kept open at once while nobody reads them: a layer-by-layer comparison goes to the same few again and again. */
const MOST_IDLE_FILES = 32;
/** How long a file that nobody reads stays open; after that a file that was replaced or deleted is noticed. */
const IDLE_MILLISECONDS = 1_000;
/** Bytes asked for at once: the system reads at most 2 GiB, and an abort waits for no more than this. */
const PIECE_BYTES = 64 * 2 ** 20;

/**
 * A read of no more is done on the thread that asks for it: handing it to another costs four times what reading it from the
 * system's cache does, and the threads that read weights have nothing else to do.
 */
const SMALL_BYTES = 2 ** 20;

/** A regular file, open for reading, and how many bytes it had then. */
export interface OpenedWeights {
  readonly handle: FileHandle;
  readonly size: number;
}

interface HeldFile {
  readonly opened: Promise<OpenedWeights>;
  /** Reads under way. */
  readers: number;
  idle: NodeJS.Timeout | undefined;
}

/** Files of this machine, read by ranges. */
export interface LocalFiles {
  /**
   * Reads a range of `file`, which lies at `path`, into a buffer of its own.
   *
   * @throws WEIGHTS_MISSING, WEIGHTS_CHANGED for a file of another size, FILE_UNREADABLE, WEIGHTS_UNREACHABLE for what may
   * pass (a network file system that does not answer, too many open files); RangeError; the signal's reason
   */
  read(path: string, file: WeightFile, range: ReadRange): Promise<Uint8Array>;
  /** Closes every file; for when no read is under way. */
  close(): Promise<void>;
}

/** Reads files of this machine, which `open` opens, and keeps those read last open for a moment. */
export function openLocalFiles(open: (path: string, file: WeightFile) => Promise<OpenedWeights>): LocalFiles {
  /** In the order of last use, the oldest first. */
  const files = new Map<string, HeldFile>();
  /** Files being closed. */
  const closing = new Set<Promise<unknown>>();

  function drop(path: string, file: HeldFile): void {
    clearTimeout(file.idle);
    if (files.get(path) === file) files.delete(path);
    if (file.readers > 0) return;
    const closed: Promise<unknown> = file.opened
      .then(({ handle }) => handle.close())
      .catch(() => undefined)
      .finally(() => closing.delete(closed));
    closing.add(closed);
  }

  function take(path: string, file: WeightFile): HeldFile {
    const held = files.get(path) ?? { opened: open(path, file), readers: 0, idle: undefined };
    clearTimeout(held.idle);
    held.readers += 1;
    files.delete(path);
    files.set(path, held);
    return held;
  }

  function giveBack(path: string, file: HeldFile): void {
    file.readers -= 1;
    if (file.readers > 0) return;
    // Dropped while it was read: another entry, or none, has its place.
    if (files.get(path) !== file) drop(path, file);
    else file.idle = setTimeout(() => drop(path, file), IDLE_MILLISECONDS).unref();
    const idle = [...files].filter(([, { readers }]) => readers === 0);
    for (const [oldest, entry] of idle.slice(0, Math.max(0, idle.length - MOST_IDLE_FILES))) drop(oldest, entry);
  }

  return {
    async read(path, file, range) {
      checkRange(file, range);
      range.signal?.throwIfAborted();
      const taken = take(path, file);
      try {
        const { handle, size } = await taken.opened;
        if (size !== file.size) throw changed(path, file, size);
        return await readFrom(handle, range, async () => changed(path, file, (await handle.stat()).size));
      } catch (error) {
        // The next read looks at the place anew: the file may have been restored.
        drop(path, taken);
        throw isErrno(error) ? fileFailure(error, path) : error;
      } finally {
        giveBack(path, taken);
      }
    },
    async close() {
      for (const [path, file] of files) drop(path, file);
      await Promise.all(closing);
    },
  };
}

async function readFrom(
  handle: FileHandle,
  { offset, length, signal }: ReadRange,
  shortened: () => Promise<Error>,
): Promise<Uint8Array> {
  // Not from Buffer's pool: values are viewed in place, which needs alignment, and handed to other threads.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const piece = Math.min(PIECE_BYTES, length - done);
    const bytesRead =
      length <= SMALL_BYTES
        ? readSync(handle.fd, bytes, done, piece, offset + done)
        : (await handle.read(bytes, done, piece, offset + done)).bytesRead;
    if (bytesRead === 0) throw await shortened();
    done += bytesRead;
    signal?.throwIfAborted();
  }
  return bytes;
}

function changed(path: string, file: WeightFile, size: number): Error {
  return failure("WEIGHTS_CHANGED", {
    where: path,
    received: `${size} bytes`,
    allowed: `the ${file.size} bytes imported`,
  });
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "errno" in error;
}
