import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { failure } from "../errors.js";
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
 * Reads `path` once, as a stream, and hashes it and its tensors. These lie in the order of their offsets; two may be the
 * same bytes, but none may overlap another in part.
 *
 * @throws FILE_UNREADABLE
 */
export async function hashWeights(path: string, where: string, tensors: readonly TensorEntry[]): Promise<WeightHashes> {
  const whole = createHash("sha256");
  const hashes = new Map<string, string>();
  const ahead: Range[] = [...new Map(tensors.map((tensor) => [key(tensor), tensor])).values()];
  let next = 0;
  let current = createHash("sha256");
  let position = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
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
    throw failure("FILE_UNREADABLE", { where, cause });
  }
  // Tensors without elements at the very end have no byte that the loop could meet.
  for (const range of ahead.slice(next)) {
    if (range.length > 0)
      throw failure("FILE_UNREADABLE", { where, received: "a file that became shorter while it was read" });
    hashes.set(key(range), createHash("sha256").digest("hex"));
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, hashes.get(key(tensor)) ?? ""]));
  return { file: whole.digest("hex"), tensors: byName, size: position };
}

const key = ({ offset, length }: Range) => `${offset}+${length}`;
