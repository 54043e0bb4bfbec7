import { failure } from "../../errors.js";
import { downloadAdvice, isHubAddress } from "../../files/hub-cache.js";
import { readTextFile } from "./read-bounded.js";

/** Bytes of a reference in the hub's cache: the hash of a commit. */
const MAX_REFERENCE_BYTES = 1000;

/** A reference of a repository in the hub's cache; the repository may be the imported folder itself. */
const REFERENCE = /^(?<repository>(?:(?:.*\/)?models--[^/]+\/)?)refs\/(?<name>.+)$/;
/** Files of one revision: of a repository below the imported folder, or of the imported folder. */
const SNAPSHOT_FILES = [
  /^(?<repository>(?:.*\/)?models--[^/]+\/)snapshots\/(?<commit>[^/]+)\//,
  /^(?<repository>)snapshots\/(?<commit>[0-9a-f]{40})\//,
];

/** The revision to read of the imported repository, and how a person named the repository. */
interface WantedRevision {
  readonly revision?: string | undefined;
  readonly where?: string | undefined;
}

/**
 * Returns the files without those of revisions of the hub's cache that `refs/main` does not name. A repository without
 * `refs/main` keeps all revisions.
 *
 * @param pathOf returns the absolute path of a file
 * @param wanted the revision to read instead, if the imported folder is a repository
 * @throws HUB_REPOSITORY_MISSING if that revision is not in the cache
 */
export async function withoutOtherSnapshots(
  files: readonly string[],
  pathOf: (where: string) => string,
  { revision = "main", where = "folder" }: WantedRevision = {},
): Promise<string[]> {
  const current = new Map<string, string>();
  for (const file of files) {
    const { repository, name } = REFERENCE.exec(file)?.groups ?? {};
    if (repository === undefined || name !== (repository === "" ? revision : "main")) continue;
    const commit = await readTextFile(pathOf(file), file, MAX_REFERENCE_BYTES).catch(() => undefined);
    if (commit !== undefined) current.set(repository, commit.trim());
  }
  const snapshots = files.map((file) => SNAPSHOT_FILES.map((form) => form.exec(file)?.groups).find(Boolean));
  // A revision that no reference names is a commit, or its first digits.
  const commits = new Set(snapshots.flatMap((snapshot) => (snapshot?.["repository"] === "" ? snapshot["commit"] : [])));
  const commit = current.get("") ?? [...commits].find((name) => revision !== "main" && name?.startsWith(revision));
  if (revision !== "main" && (commit === undefined || !commits.has(commit))) {
    throw failure("HUB_REPOSITORY_MISSING", {
      where,
      received: `the revision ${JSON.stringify(revision)}`,
      allowed: [...commits].join(", ") || undefined,
      fix: isHubAddress(where) ? downloadAdvice(where) : undefined,
    });
  }
  if (commit !== undefined) current.set("", commit);
  return files.filter((_, i) => {
    const snapshot = snapshots[i];
    if (snapshot === undefined) return true;
    const named = current.get(snapshot["repository"] ?? "");
    return named === undefined || snapshot["commit"] === named;
  });
}
