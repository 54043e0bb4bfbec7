import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { studyFiles } from "./study-files.js";

/** Writes the example study into `folder`, over what is there; other files in it stay. @returns what was written */
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
