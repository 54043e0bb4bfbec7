import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FORMATS = fileURLToPath(new URL("../fixtures/formats/", import.meta.url));

/** Returns the path of a file or folder that a real tool wrote: see tests/fixtures/formats. */
export function fixtureFile(...names: readonly string[]): string {
  return path.join(FORMATS, ...names);
}

/** Returns the paths of the files in a fixture's folder, sorted by name. */
export async function fixtureFiles(...names: readonly string[]): Promise<string[]> {
  const folder = fixtureFile(...names);
  return (await readdir(folder)).sort().map((name) => path.join(folder, name));
}
