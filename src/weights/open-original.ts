import { failure, RankscopeError } from "../errors.js";
import { openFile, type OpenFile } from "../files/open-file.js";
import { fileFailure } from "./file-failure.js";
import type { WeightFile } from "../model/weight-store.js";

/**
 * Opens a file where it was imported from, following no link, as the import did: whoever may write there could have it lead
 * elsewhere. Who asks for it closes the handle. Tells the original's faults from the store's before anything is copied.
 *
 * @throws WEIGHTS_MISSING, WEIGHTS_CHANGED where it has another size or lies elsewhere, FILE_UNREADABLE, WEIGHTS_UNREACHABLE
 */
export async function openOriginal(file: WeightFile): Promise<OpenFile> {
  const original = await openFile(file.path, file.path).catch((error: unknown) => {
    if (!(error instanceof RankscopeError)) throw error;
    if (error.code === "FILE_CHANGED") {
      throw changed(file, error.detail.received, "Import the folder again from where it lies now.");
    }
    throw error.detail.cause instanceof Error ? fileFailure(error.detail.cause, file.path) : error;
  });
  if (original.size === file.size) return original;
  await original.handle.close();
  throw changed(file, `${original.size} bytes`);
}

function changed(file: WeightFile, received: string | undefined, todo?: string): Error {
  const allowed = `the ${file.size} bytes imported`;
  return failure("WEIGHTS_CHANGED", { where: file.path, received, allowed, ...(todo !== undefined && { todo }) });
}
