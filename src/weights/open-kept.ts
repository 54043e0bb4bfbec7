import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { failure } from "../errors.js";
import { fileFailure } from "./file-failure.js";
import type { OpenedWeights } from "./local-files.js";

/**
 * Opens a file of a store's own directory. Links on the way are followed: nobody but who set the store up lays them, and a
 * directory may have been put on other disks by them.
 *
 * @throws WEIGHTS_MISSING, FILE_UNREADABLE, WEIGHTS_UNREACHABLE
 */
export async function openKept(path: string): Promise<OpenedWeights> {
  // Without O_NONBLOCK (which Windows lacks), opening a named pipe would wait for a writer for ever.
  const nonblocking = (constants as Partial<typeof constants>).O_NONBLOCK ?? 0;
  const handle = await open(path, constants.O_RDONLY | nonblocking).catch((error: NodeJS.ErrnoException) => {
    throw fileFailure(error, path);
  });
  try {
    const stat = await handle.stat();
    if (stat.isFile()) return { handle, size: stat.size };
    throw failure("FILE_UNREADABLE", { where: path, received: "something that is no regular file" });
  } catch (error) {
    await handle.close();
    throw error;
  }
}
