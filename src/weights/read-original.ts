import { PermanentError, failure } from "../errors.js";
import type { LocalFiles } from "./local-files.js";
import type { ReadRange } from "./read-range.js";
import type { WeightFile } from "../model/weight-store.js";

/**
 * Reads a file that a store lacks from where it was imported, so that what was imported before the store was set up, or by
 * an in-place store, is still found.
 *
 * @param place where the store would have it, and why it is not there
 * @throws WEIGHTS_MISSING naming both places
 */
export async function readOriginal(
  originals: LocalFiles,
  file: WeightFile,
  range: ReadRange,
  { where, cause }: { readonly where: string; readonly cause: unknown },
): Promise<Uint8Array> {
  try {
    return await originals.read(file.path, file, range);
  } catch (error) {
    if (!(error instanceof PermanentError) || error.code !== "WEIGHTS_MISSING") throw error;
    throw failure("WEIGHTS_MISSING", {
      where: `${file.path}, nor in the weight store at ${where}`,
      todo: "Restore the file to one of the two, or import its folder again.",
      cause,
    });
  }
}
