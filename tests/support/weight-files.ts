import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { WeightFile } from "#src/model/weight-store.js";

/** Returns `size` bytes that vary with position and `seed`. */
export function someBytes(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Writes `bytes` to a file below `folder` and returns the record that an import would create. */
export async function writeWeightFile(folder: string, bytes: Uint8Array, name = "weights"): Promise<WeightFile> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return { hash: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, path: file };
}
