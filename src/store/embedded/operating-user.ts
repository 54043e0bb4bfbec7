import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { failure } from "../../errors.js";
import type { Binaries } from "./binaries.js";
import type { DataFiles } from "./data-files.js";
import { restrictDirectory } from "./restrict-directory.js";

/** The user that runs PostgreSQL if this process is root, because PostgreSQL does not run as root. */
export interface OperatingUser {
  readonly uid: number;
  readonly gid: number;
  /** False if this user may not enter a directory above the data or the programs; it gets a capability then. */
  readonly mayReach: boolean;
}

/**
 * Returns the user that runs PostgreSQL and may enter the data directory; undefined for the user of this process. Root uses the
 * owner of the cluster, or `postgres` or `nobody` for a new one.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if the cluster belongs to a user that this process cannot act as
 */
export async function chooseOperatingUser(files: DataFiles, binaries: Binaries): Promise<OperatingUser | undefined> {
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  const owner = await stat(files.cluster).catch(() => undefined);
  if (own !== 0 ? owner !== undefined && owner.uid !== own : owner?.uid === 0) {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: files.cluster,
      received: `a database owned by user id ${owner?.uid}, started by user id ${own}`,
      fix:
        own === 0
          ? "PostgreSQL does not run as root: give the folder back to the user it belonged to (chown -R)."
          : "Start Rankscope as the owner of the folder, or choose another one with RANKSCOPE_DATA.",
    });
  }
  if (own !== 0) {
    await restrictDirectory(files.directory, undefined);
    return undefined;
  }
  const { uid, gid } = owner ?? (await identify("postgres")) ?? (await identify("nobody")) ?? missing();
  await restrictDirectory(files.directory, gid);
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
    fix: "Start Rankscope as an ordinary user, or set DATABASE_URL.",
  });
}

/** Returns true if the modes allow the user to reach `path`: to read and run a file, or to enter a directory. */
async function mayReach(path: string, uid: number, gid: number): Promise<boolean> {
  const entry = await stat(path);
  let shift = entry.gid === gid ? 3 : 0;
  if (entry.uid === uid) shift = 6;
  const wanted = entry.isDirectory() ? 0o1 : 0o5;
  if (((entry.mode >> shift) & wanted) !== wanted) return false;
  return dirname(path) === path || mayReach(dirname(path), uid, gid);
}
