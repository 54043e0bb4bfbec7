import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOf } from "./process-table.js";

/** The main process of the PostgreSQL that runs on a cluster. */
export interface RunningPostmaster {
  readonly pid: number;
  /** Its port; undefined while it starts, recovers or stops. */
  readonly port: number | undefined;
}

/** Finds the PostgreSQL that runs on `cluster` by its lock file, `postmaster.pid`; undefined if there is none. */
export async function findPostmaster(cluster: string): Promise<RunningPostmaster | undefined> {
  const text = await readLockFile(cluster);
  if (text === undefined) return undefined;
  // Lines: process id, PGDATA, start time, port, socket folder, address, shared memory, status
  // (PostgreSQL's src/include/utils/pidfile.h)
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!pid || !(await runsOn(cluster, pid))) return undefined;
  return { pid, port: lines[7]?.startsWith("ready") ? Number(lines[3]) : undefined };
}

/**
 * Removes a lock file whose process id belongs to another program now, as happens after a reboot or in a container. PostgreSQL
 * itself replaces lock files of processes that have ended.
 */
export async function removeStaleLockFile(cluster: string): Promise<void> {
  const text = await readLockFile(cluster);
  const pid = Number(text?.split("\n")[0]);
  if (text === undefined || !pid || (await runsOn(cluster, pid)) || !exists(pid)) return;
  // Keeps the lock file of a PostgreSQL that another process started meanwhile.
  if ((await readLockFile(cluster)) === text) await rm(lockFile(cluster), { force: true });
}

/**
 * Returns true if `pid` is a postmaster of `cluster`, or of an unknown or missing directory: a cluster may be moved while it
 * runs, and two servers on one cluster would destroy it.
 */
async function runsOn(cluster: string, pid: number): Promise<boolean> {
  const command = await commandOf(pid);
  if (process.platform === "win32") return command.includes("postgres.exe");
  // Its child processes are named `postgres: checkpointer`, `postgres: rankscope ...`.
  if (!/(^|\/)postgres( |$)/.test(command)) return false;
  const folder = / -D (.+?)(?: -\w | --|$)/.exec(command)?.[1];
  return folder === undefined || folder === cluster || !existsSync(folder);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readLockFile(cluster: string): Promise<string | undefined> {
  return readFile(lockFile(cluster), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function lockFile(cluster: string): string {
  return join(cluster, "postmaster.pid");
}
