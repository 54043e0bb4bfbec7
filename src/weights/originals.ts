import { openLocalFiles, type LocalFiles } from "./local-files.js";
import { openOriginal } from "./open-original.js";

/** Files where they were imported from, read by ranges; no link is followed to them. */
export function openOriginals(): LocalFiles {
  return openLocalFiles((_path, file) => openOriginal(file));
}
