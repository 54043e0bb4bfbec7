import { constants, createWriteStream } from "node:fs";
import { copyFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { OpenFile } from "../files/open-file.js";
import { descriptorPath } from "../files/opened-path.js";

const CHUNK_BYTES = 2 ** 20;

/** Copies an open file to `target`, which must not exist: what is open is copied, whatever its name leads to meanwhile. */
export async function copyOpened({ handle }: OpenFile, target: string): Promise<void> {
  if (process.platform === "linux") {
    // Where the file system can, the copy shares the original's blocks until one of them is written to.
    await copyFile(descriptorPath(handle), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return;
  }
  const source = handle.createReadStream({ autoClose: false, start: 0, highWaterMark: CHUNK_BYTES });
  await pipeline(source, createWriteStream(target, { flags: "wx" }));
}
