import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { failure } from "../../errors.js";
import { describeErrno } from "../../files/describe-errno.js";
import { requireSameStamp } from "../../files/file-checks.js";
import { withFile, type OpenFile } from "../../files/open-file.js";
import type { ListedFile } from "./list-weights.js";
import type { TensorEntry } from "./tensor-entry.js";

/** SHA-256 of a weight file and of each of its tensors, hexadecimal, by tensor name. */
interface WeightHashes {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, string>;
  /** Bytes read. */
  readonly size: number;
}

interface HashOptions {
  /** Called after each chunk with the bytes that were read so far. */
  readonly onBytes?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK_BYTES = 2 ** 20;

type Range = Pick<TensorEntry, "offset" | "length">;

/**
 * Reads a file once, as a stream, and hashes it and its tensors. The tensors must be sorted by offset. Two may be the same
 * bytes, but they must not overlap in part.
 *
 * @throws FILE_UNREADABLE, FILE_CHANGED if the file changes after its tensors were listed; the signal's reason
 */
export function hashWeights(
  { path, where, tensors, stamp }: ListedFile,
  options: HashOptions = {},
): Promise<WeightHashes> {
  return withFile(path, where, async (file) => {
    requireSameStamp(file.stamp, stamp, where);
    const hashes = await hashOpen(file, where, tensors, options);
    await file.requireUnchanged();
    return hashes;
  });
}

async function hashOpen(
  { handle, size }: OpenFile,
  where: string,
  tensors: readonly TensorEntry[],
  { onBytes, signal }: HashOptions,
): Promise<WeightHashes> {
  const whole = createHash("sha256");
  const hashes = new Map<string, string>();
  /** Each range once, though several tensors may share it. */
  const ranges: Range[] = [...new Map(tensors.map((tensor) => [key(tensor), tensor])).values()];
  let next = 0;
  let current = createHash("sha256");
  let position = 0;
  try {
    for await (const chunk of chunksOf(handle, size)) {
      whole.update(chunk);
      const chunkEnd = position + chunk.length;
      let range = ranges[next];
      while (range !== undefined && range.offset < chunkEnd) {
        const rangeEnd = range.offset + range.length;
        const from = Math.max(0, range.offset - position);
        const to = Math.min(chunk.length, rangeEnd - position);
        current.update(chunk.subarray(from, to));
        // The range continues in the next chunk.
        if (rangeEnd > chunkEnd) break;
        hashes.set(key(range), current.digest("hex"));
        current = createHash("sha256");
        next += 1;
        range = ranges[next];
      }
      position = chunkEnd;
      onBytes?.(position);
      if (signal?.aborted === true) break;
    }
  } catch (cause) {
    throw failure("FILE_UNREADABLE", { where, received: describeErrno(cause as NodeJS.ErrnoException), cause });
  }
  signal?.throwIfAborted();
  // The loop does not reach tensors without elements at the end of the file.
  for (const range of ranges.slice(next)) {
    if (range.length > 0) {
      throw failure("FILE_CHANGED", { where, received: "a file that became shorter while it was read" });
    }
    hashes.set(key(range), createHash("sha256").digest("hex"));
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, hashes.get(key(tensor)) ?? ""]));
  return { file: whole.digest("hex"), tensors: byName, size: position };
}

/** Streams no more than the size that was checked, even if the file grows meanwhile. */
function chunksOf(handle: FileHandle, size: number): AsyncIterable<Buffer> {
  if (size === 0) return Readable.from([]) as AsyncIterable<Buffer>;
  return handle.createReadStream({
    autoClose: false,
    start: 0,
    end: size - 1,
    highWaterMark: CHUNK_BYTES,
  }) as AsyncIterable<Buffer>;
}

function key({ offset, length }: Range): string {
  return `${offset}+${length}`;
}
