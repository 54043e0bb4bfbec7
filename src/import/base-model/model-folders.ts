import path from "node:path";
import { CONFIG, WEIGHTS, WEIGHTS_INDEX } from "./read-base-model.js";

/** Returns the folders of `files` that have a configuration and weights of a whole model. "." is the root. */
export function modelFoldersOf(files: readonly string[]): string[] {
  const all = new Set(files);
  return files
    .filter((file) => path.posix.basename(file) === CONFIG)
    .map((file) => path.posix.dirname(file))
    .filter((folder) => [WEIGHTS, WEIGHTS_INDEX].some((name) => all.has(path.posix.join(folder, name))));
}
