import { failure, PermanentError, RankscopeError } from "../errors.js";
import { openFile, type OpenFile } from "../files/open-file.js";
import type { WeightFile } from "../model/weight-store.js";
import { fileFailure } from "./file-failure.js";
import { openLocalFiles, type LocalFiles } from "./local-files.js";
import type { ReadRange } from "./weight-file.js";

/** Opens a reader of files at the paths they were imported from. Links to them are not followed. */
export function openOriginals(): LocalFiles {
  return openLocalFiles((_path, file) => openOriginal(file));
}

/**
 * Opens a file at the path it was imported from. Links are not followed, as in the import: a person who may write to the folder
 * could let one lead elsewhere. The caller closes the handle.
 *
 * @throws WEIGHTS_MISSING, WEIGHTS_CHANGED if it has another size or lies elsewhere, FILE_UNREADABLE, WEIGHTS_UNREACHABLE
 */
export async function openOriginal(file: WeightFile): Promise<OpenFile> {
  const original = await openFile(file.path, file.path).catch((error: unknown) => {
    throw originalFailure(file, error);
  });
  if (original.size === file.size) return original;
  await original.handle.close();
  throw changed(file, `${original.size} bytes`);
}

/**
 * Reads a file that a store lacks at the path it was imported from. It may have been imported before the store was set up, or
 * with an in-place store.
 *
 * @param missing where the store would have the file, and why it does not
 * @throws WEIGHTS_MISSING with both places
 */
export async function readOriginal(
  originals: LocalFiles,
  file: WeightFile,
  range: ReadRange,
  missing: { readonly where: string; readonly cause: unknown },
): Promise<Uint8Array> {
  try {
    return await originals.read(file.path, file, range);
  } catch (error) {
    if (!(error instanceof PermanentError) || error.code !== "WEIGHTS_MISSING") throw error;
    throw failure("WEIGHTS_MISSING", {
      where: `${file.path}, nor in the weight store at ${missing.where}`,
      fix: "Restore the file to one of the two, or import its folder again.",
      cause: missing.cause,
    });
  }
}

/** Converts an error of `openFile` into one about weights. */
function originalFailure(file: WeightFile, error: unknown): unknown {
  if (!(error instanceof RankscopeError)) return error;
  if (error.code === "FILE_CHANGED") {
    return changed(file, error.detail.received, "Import the folder again from its present path.");
  }
  return error.detail.cause instanceof Error ? fileFailure(error.detail.cause, file.path) : error;
}

function changed(file: WeightFile, received: string | undefined, fix?: string): Error {
  const allowed = `the ${file.size} bytes imported`;
  return failure("WEIGHTS_CHANGED", { where: file.path, received, allowed, fix });
}
