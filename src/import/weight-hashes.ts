import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { failure } from "../errors.js";
import type { TensorEntry } from "./safetensors.js";

/** SHA-256 of a weight file and of each of its tensors, hexadecimal, by tensor name. */
export interface WeightHashes {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, string>;
  /** Bytes read. */
  readonly size: number;
}

/** Reads `path` once, as a stream, and hashes it and its tensors, which must lie in order without overlap. */
export async function hashWeights(path: string, where: string, tensors: readonly TensorEntry[]): Promise<WeightHashes> {
  const whole = createHash("sha256");
  const hashes = new Map<string, string>();
  const ahead = [...tensors];
  let current = createHash("sha256");
  let position = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
      whole.update(chunk);
      for (let tensor = ahead[0]; tensor !== undefined && tensor.offset < position + chunk.length; tensor = ahead[0]) {
        const end = tensor.offset + tensor.length;
        current.update(chunk.subarray(Math.max(0, tensor.offset - position), Math.min(chunk.length, end - position)));
        if (end > position + chunk.length) break;
        hashes.set(tensor.name, current.digest("hex"));
        current = createHash("sha256");
        ahead.shift();
      }
      position += chunk.length;
    }
  } catch (cause) {
    throw failure("FILE_UNREADABLE", { where, cause });
  }
  // Tensors without elements at the very end have no byte that the loop could meet.
  for (const { name, length } of ahead) {
    if (length > 0)
      throw failure("SAFETENSORS_INVALID", { where, received: "a file that became shorter while it was read" });
    hashes.set(name, createHash("sha256").digest("hex"));
  }
  return { file: whole.digest("hex"), tensors: hashes, size: position };
}
