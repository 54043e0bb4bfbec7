import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { failure } from "../../errors.js";
import type { Log } from "../../log.js";
import type { Binaries } from "./binaries.js";
import { type ControlConnection, openControlConnection } from "./control-connection.js";
import type { Credentials } from "./credentials.js";
import type { DataFiles } from "./data-files.js";
import { commandOf } from "./process-table.js";
import { findPostmaster, removeStaleLockFile, type RunningPostmaster } from "./running-postmaster.js";
import { stopPostmaster } from "./stop-postmaster.js";

/**
 * The process that started the embedded PostgreSQL. It is stored in PostgreSQL's setting `rankscope.owner`, so that it is never
 * missing or out of date.
 */
const Owner = z.object({
  /** The command: `serve`, `import`. */
  purpose: z.string(),
  pid: z.number(),
  /** Address of the owner, if it is a server. */
  address: z.string().optional(),
});
export type Owner = z.infer<typeof Owner>;

/** Advisory lock of the owner, held for its lifetime; the number is "RANK" in ASCII. */
const LOCK = 0x52414e4b;
/** Maximum time between PostgreSQL's start and its owner's lock. */
const CLAIM_MILLISECONDS = 5000;
/** Maximum time of recovery after a crash, which reads up to `max_wal_size` of log in seconds. */
const RECOVERY_MILLISECONDS = 120_000;

/** Takes the owner's lock, and waits for a process that only tests it. Returns false if another process keeps it. */
export async function takeOwnership({ sql }: ControlConnection): Promise<boolean> {
  try {
    await sql.unsafe(`set lock_timeout = ${CLAIM_MILLISECONDS}; select pg_advisory_lock(${LOCK})`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the owner of this PostgreSQL, whether its lock is held, and whether its process is alive. Undefined if PostgreSQL stops
 * meanwhile.
 */
export async function readOwner({
  sql,
  query,
}: ControlConnection): Promise<(Owner & { held: boolean; alive: boolean }) | undefined> {
  const rows = await query(sql<{ owner: string; held: boolean }[]>`
    select current_setting('rankscope.owner') as owner,
           exists (select from pg_locks where locktype = 'advisory' and objid = ${LOCK}::int and granted) as held`);
  if (rows === undefined) return undefined;
  const [row] = rows;
  const owner = Owner.parse(JSON.parse(row?.owner ?? ""));
  return { ...owner, held: row?.held === true, alive: (await commandOf(owner.pid)) !== "" };
}

/**
 * Ensures that no PostgreSQL runs on the cluster: stops one whose owner has ended.
 *
 * @throws DATA_DIRECTORY_IN_USE with the owner, if it is alive
 */
export async function displaceOrphan(
  files: DataFiles,
  binaries: Binaries,
  credentials: Credentials,
  log: Log,
): Promise<void> {
  const began = Date.now();
  for (;;) {
    const postmaster = await findPostmaster(files.cluster);
    if (postmaster === undefined) break;
    const { port } = postmaster;
    const connection = port === undefined ? undefined : await openControlConnection(port, credentials);
    if (connection !== undefined) {
      const displaced = await displace(connection, postmaster, Date.now() - began).finally(() => connection.close());
      if (displaced) break;
    } else if (Date.now() - began > RECOVERY_MILLISECONDS) {
      log.warn({ pid: postmaster.pid }, "stopping the PostgreSQL of a former process, which does not answer");
      await stopPostmaster(postmaster.pid, files, binaries);
      break;
    }
    await sleep(50);
  }
  await removeStaleLockFile(files.cluster);

  async function displace(connection: ControlConnection, { pid }: RunningPostmaster, waited: number): Promise<boolean> {
    const owner = await readOwner(connection).catch(() => undefined);
    const patient = waited < CLAIM_MILLISECONDS;
    if (owner === undefined) {
      // It stopped meanwhile, or was started by hand.
      if (patient) return false;
      throw inUse(files, { purpose: "postgres", pid });
    }
    if (owner.held && (owner.alive || !patient)) throw inUse(files, owner);
    // Its owner is about to take the lock, or another process is stopping an orphan at this moment.
    if ((owner.alive || owner.held) && patient) return false;
    // Only the process that takes the lock stops it: a second one would stop what the first starts.
    const { sql, query } = connection;
    const locks = await query(sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as taken`);
    if (locks?.[0]?.taken !== true) return false;
    log.warn({ pid, owner: owner.pid }, "stopping the PostgreSQL that a killed process left");
    await stopPostmaster(pid, files, binaries);
    return true;
  }
}

function inUse({ directory }: DataFiles, { purpose, pid, address }: Owner): Error {
  return failure("DATA_DIRECTORY_IN_USE", {
    where: directory,
    received: `\`${purpose}\` of process ${pid}${address === undefined ? "" : ` at ${address}`}`,
  });
}
