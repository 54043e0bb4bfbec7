import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { studyFiles } from "./study-files.js";

/**
 * Writes the study into `folder`. Overwrites files of the same names and leaves all others.
 *
 * @returns number of files and bytes written
 */
export async function writeStudy(folder: string): Promise<{ files: number; bytes: number }> {
  let bytes = 0;
  const files = studyFiles();
  for (const [name, content] of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    bytes += content.length;
  }
  return { files: files.size, bytes };
}
