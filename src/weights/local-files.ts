import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { failure } from "../errors.js";
import { fileFailure } from "./file-failure.js";
import { checkRange, type ReadRange } from "./weight-file.js";
import type { WeightFile } from "../model/weight-store.js";

/** Files kept open without a reader: a comparison layer by layer reads the same few files repeatedly. */
const MAX_IDLE_FILES = 32;
/** Time for which a file without a reader stays open. Afterwards a replaced or deleted file is noticed. */
const IDLE_MILLISECONDS = 1_000;
/** Bytes per read call. The system reads at most 2 GiB, and an abort waits for the current call. */
const PIECE_BYTES = 64 * 2 ** 20;

/**
 * Maximum size of a synchronous read. Passing it to another thread costs four times as much as reading it from the system's
 * cache, and the threads that read weights have nothing else to do.
 */
const MAX_SYNCHRONOUS_BYTES = 2 ** 20;

/** A regular file that is open for reading, and its bytes at the time of opening. */
export interface OpenedWeights {
  readonly handle: FileHandle;
  readonly size: number;
}

interface HeldFile {
  readonly opened: Promise<OpenedWeights>;
  /** Number of current reads. */
  readers: number;
  idle: NodeJS.Timeout | undefined;
}

/** Reads ranges of files on this machine. */
export interface LocalFiles {
  /**
   * Reads a range of `file`, which lies at `path`, into a new buffer.
   *
   * @throws WEIGHTS_MISSING, WEIGHTS_CHANGED for a file of another size, FILE_UNREADABLE, WEIGHTS_UNREACHABLE for transient
   * errors (a network file system that does not respond, too many open files); RangeError; the signal's reason
   */
  read(path: string, file: WeightFile, range: ReadRange): Promise<Uint8Array>;
  /** Closes every file. Must not be called during a read. */
  close(): Promise<void>;
}

/** Creates a reader of the files that `open` opens. Files stay open for a moment after their last read. */
export function openLocalFiles(open: (path: string, file: WeightFile) => Promise<OpenedWeights>): LocalFiles {
  /** Open files in the order of last use, the oldest first. */
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

  function acquire(path: string, file: WeightFile): HeldFile {
    const held = files.get(path) ?? { opened: open(path, file), readers: 0, idle: undefined };
    clearTimeout(held.idle);
    held.readers += 1;
    files.delete(path);
    files.set(path, held);
    return held;
  }

  function release(path: string, file: HeldFile): void {
    file.readers -= 1;
    if (file.readers > 0) return;
    if (files.get(path) !== file) {
      // It was dropped during the read, and another entry, or none, has its path.
      drop(path, file);
    } else {
      file.idle = setTimeout(() => drop(path, file), IDLE_MILLISECONDS).unref();
    }
    const idle = [...files].filter(([, { readers }]) => readers === 0);
    for (const [oldest, entry] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE_FILES))) drop(oldest, entry);
  }

  return {
    async read(path, file, range) {
      checkRange(file, range);
      range.signal?.throwIfAborted();
      const held = acquire(path, file);
      try {
        const { handle, size } = await held.opened;
        if (size !== file.size) throw changed(path, file, size);
        return await readFrom(handle, range, async () => changed(path, file, (await handle.stat()).size));
      } catch (error) {
        // The next read opens the path again: the file may have been restored.
        drop(path, held);
        throw isErrno(error) ? fileFailure(error, path) : error;
      } finally {
        release(path, held);
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
  // Buffer's pool is not used: values are viewed in place, which needs alignment, and passed to other threads.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const piece = Math.min(PIECE_BYTES, length - done);
    const bytesRead =
      length <= MAX_SYNCHRONOUS_BYTES
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
