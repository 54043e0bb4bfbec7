import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { checkContent } from "./check-content.js";
import { fileFailure } from "./file-failure.js";
import { openOriginal } from "./open-original.js";
import type { WeightFile } from "../model/weight-store.js";

const CHUNK_BYTES = 2 ** 20;

/**
 * The bytes of the file at `file.path`. The stream fails before its end where they are not what was imported, so that
 * whoever copies it knows in time.
 */
export function checkedContent(file: WeightFile): Readable {
  return Readable.from(chunksOf(file), { objectMode: false });
}

async function* chunksOf(file: WeightFile): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let size = 0;
  const { handle } = await openOriginal(file);
  // Closes the handle, too.
  const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
  // The last chunk is held back until all are known to be right: a copier may take what it has for the whole.
  let last: Buffer | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
      if (last !== undefined) yield last;
      last = chunk;
    }
  } catch (error) {
    throw fileFailure(error as NodeJS.ErrnoException, file.path);
  }
  checkContent(file, { hash: hash.digest("hex"), size });
  if (last !== undefined) yield last;
}
