import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { failure } from "../../errors.js";
import { errnoWords } from "../../files/describe-errno.js";
import { requireSameStamp, withFile, type OpenFile } from "../../files/open-file.js";
import type { ListedFile } from "./list-weights.js";
import type { TensorEntry } from "./tensor-entry.js";

/** SHA-256 of a weight file and of each of its tensors, hexadecimal, by tensor name. */
export interface WeightHashes {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, string>;
  /** Bytes read. */
  readonly size: number;
}

type Range = Pick<TensorEntry, "offset" | "length">;

/**
 * Reads a file once, as a stream, and hashes it and its tensors. These lie in the order of their offsets; two may be the
 * same bytes, but none may overlap another in part.
 *
 * @throws FILE_UNREADABLE, FILE_CHANGED where it is not what it was when its tensors were listed, or does not stay so
 */
export function hashWeights({ path, where, tensors, stamp }: ListedFile): Promise<WeightHashes> {
  return withFile(path, where, async (file) => {
    requireSameStamp(file.stamp, stamp, where);
    const hashes = await hashOpen(file, where, tensors);
    await file.requireUnchanged();
    return hashes;
  });
}

async function hashOpen(
  { handle, size }: OpenFile,
  where: string,
  tensors: readonly TensorEntry[],
): Promise<WeightHashes> {
  const whole = createHash("sha256");
  const hashes = new Map<string, string>();
  const ahead: Range[] = [...new Map(tensors.map((tensor) => [key(tensor), tensor])).values()];
  let next = 0;
  let current = createHash("sha256");
  let position = 0;
  try {
    for await (const chunk of chunksOf(handle, size)) {
      whole.update(chunk);
      for (
        let range = ahead[next];
        range !== undefined && range.offset < position + chunk.length;
        range = ahead[next]
      ) {
        const end = range.offset + range.length;
        current.update(chunk.subarray(Math.max(0, range.offset - position), Math.min(chunk.length, end - position)));
        if (end > position + chunk.length) break;
        hashes.set(key(range), current.digest("hex"));
        current = createHash("sha256");
        next++;
      }
      position += chunk.length;
    }
  } catch (cause) {
    throw failure("FILE_UNREADABLE", { where, received: errnoWords(cause as NodeJS.ErrnoException), cause });
  }
  // Tensors without elements at the very end have no byte that the loop could meet.
  for (const range of ahead.slice(next)) {
    if (range.length > 0)
      throw failure("FILE_CHANGED", { where, received: "a file that became shorter while it was read" });
    hashes.set(key(range), createHash("sha256").digest("hex"));
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, hashes.get(key(tensor)) ?? ""]));
  return { file: whole.digest("hex"), tensors: byName, size: position };
}

/** No more than the size that was checked, however much a writer adds meanwhile. */
function chunksOf(handle: FileHandle, size: number): AsyncIterable<Buffer> {
  if (size === 0) return Readable.from([]) as AsyncIterable<Buffer>;
  return handle.createReadStream({
    autoClose: false,
    start: 0,
    end: size - 1,
    highWaterMark: 2 ** 20,
  }) as AsyncIterable<Buffer>;
}

const key = ({ offset, length }: Range) => `${offset}+${length}`;
