import { readTextFile } from "./read-bounded.js";

/** Bytes of a reference in the hub's cache: the hash of a commit. */
const MAX_REFERENCE_BYTES = 1000;

/**
 * Returns the files without those of revisions of the hub's cache that `refs/main` does not name. A repository without
 * `refs/main` keeps all revisions.
 *
 * @param pathOf returns the absolute path of a file
 */
export async function withoutOtherSnapshots(
  files: readonly string[],
  pathOf: (where: string) => string,
): Promise<string[]> {
  const current = new Map<string, string>();
  for (const file of files) {
    const repository = /^((?:.*\/)?models--[^/]+)\/refs\/main$/.exec(file)?.[1];
    if (repository === undefined) continue;
    const revision = await readTextFile(pathOf(file), file, MAX_REFERENCE_BYTES).catch(() => undefined);
    if (revision !== undefined) current.set(repository, revision.trim());
  }
  return files.filter((file) => {
    const { repository = "", revision } =
      /^(?<repository>(?:.*\/)?models--[^/]+)\/snapshots\/(?<revision>[^/]+)\//.exec(file)?.groups ?? {};
    const named = current.get(repository);
    return named === undefined || revision === named;
  });
}
