import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { failure } from "../../errors.js";
import type { Binaries } from "./binaries.js";
import type { DataFiles } from "./data-files.js";

/** Whom PostgreSQL runs as when this process is root, which PostgreSQL refuses to be. */
export interface OperatingUser {
  readonly uid: number;
  readonly gid: number;
  /** False where a folder above the data or the programs is closed to this user: then a capability lets it pass. */
  readonly mayReach: boolean;
}

/**
 * The user to run PostgreSQL as; undefined is this process's own. Root hands over to the owner of the cluster, or for
 * a new one to `postgres` or else `nobody`.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE where the cluster belongs to somebody this process cannot act for
 */
export async function chooseOperatingUser(files: DataFiles, binaries: Binaries): Promise<OperatingUser | undefined> {
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  const owner = await stat(files.cluster).catch(() => undefined);
  if (own !== 0 ? owner !== undefined && owner.uid !== own : owner?.uid === 0) {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: files.cluster,
      received: `a database owned by user id ${owner?.uid}, started by user id ${own}`,
      todo:
        own === 0
          ? "PostgreSQL does not run as root: give the folder back to the user it belonged to (chown -R)."
          : "Start Rankscope as the user that made the folder, or choose another one with RANKSCOPE_DATA.",
    });
  }
  if (own !== 0) return undefined;
  const { uid, gid } = owner ?? (await identify("postgres")) ?? (await identify("nobody")) ?? missing();
  const reach = await Promise.all([files.directory, binaries.postgres].map((path) => mayReach(path, uid, gid)));
  return { uid, gid, mayReach: reach.every(Boolean) };
}

async function identify(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const id = (kind: string) => promisify(execFile)("id", [kind, name]).then(({ stdout }) => Number(stdout));
  try {
    const [uid, gid] = await Promise.all([id("-u"), id("-g")]);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

function missing(): never {
  throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
    received: "root, and no user `postgres` or `nobody` to run PostgreSQL as",
    todo: "Start Rankscope as an ordinary user, or set DATABASE_URL.",
  });
}

/** Whether the modes let the user into `path`: a file to read and run, or a folder, below folders to pass. */
async function mayReach(path: string, uid: number, gid: number): Promise<boolean> {
  const entry = await stat(path);
  const shift = entry.uid === uid ? 6 : entry.gid === gid ? 3 : 0;
  const wanted = entry.isDirectory() ? 0o1 : 0o5;
  if (((entry.mode >> shift) & wanted) !== wanted) return false;
  return dirname(path) === path || mayReach(dirname(path), uid, gid);
}
