import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../../errors.js";
import type { Log } from "../../log.js";
import type { Binaries } from "./binaries.js";
import { type ControlConnection, openControlConnection } from "./control-connection.js";
import { type Credentials, DATABASE, recordPort } from "./credentials.js";
import type { DataFiles } from "./data-files.js";
import type { OperatingUser } from "./operating-user.js";
import { displaceOrphan, type Owner, takeOwnership } from "./ownership.js";
import { prepareServerRole } from "./server-role.js";
import { findFreePort, launchPostmaster, type Postmaster } from "./postmaster.js";

/** The context that all runs of PostgreSQL on one data directory share. */
export interface EmbeddedContext {
  readonly files: DataFiles;
  readonly binaries: Binaries;
  readonly user: OperatingUser | undefined;
  readonly credentials: Credentials;
  readonly owner: Owner;
  readonly log: Log;
}

/** One run of PostgreSQL, which this process owns. */
export interface Session {
  readonly port: number;
  /** Resolves when PostgreSQL has ended or the owner's lock is lost. */
  readonly lost: Promise<void>;
  /** Stops PostgreSQL if it still runs. */
  end(): Promise<void>;
}

/** Time for which a start with a temporary problem is repeated. */
const RETRY_MILLISECONDS = 60_000;

/** Another process was first, child processes of a crashed PostgreSQL are still ending, or the port was taken. */
const TEMPORARY_PROBLEM =
  /"postmaster\.pid" (already exists|is empty)|shared memory block .* still in use|could not bind/;

/**
 * Starts PostgreSQL and takes the owner's lock. If several processes do so at once, one succeeds.
 *
 * @param port the required port; undefined for the last one or any free one
 * @param signal stops what was started, and throws the signal's reason
 * @throws DATA_DIRECTORY_IN_USE if another living process owns it
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE with PostgreSQL's output, if it does not start
 */
export async function openSession(
  context: EmbeddedContext,
  port: number | undefined,
  signal: AbortSignal,
): Promise<Session> {
  const { files, binaries, credentials, owner, log } = context;
  const began = Date.now();
  for (;;) {
    signal.throwIfAborted();
    await displaceOrphan(files, binaries, credentials, log);
    const launched = await launchPostmaster(context, port ?? (await findFreePort(credentials.port)), owner, signal);
    if (!("refusal" in launched)) {
      const session = await claim(launched, context);
      if (session !== undefined && !signal.aborted) return session;
      await session?.end();
    } else if (!TEMPORARY_PROBLEM.test(launched.refusal)) throw refused(files, launched.refusal);
    if (Date.now() - began > RETRY_MILLISECONDS) {
      throw refused(files, "refusal" in launched ? launched.refusal : "the owner's lock could not be taken");
    }
    await sleep(100, undefined, { signal });
  }
}

/** Makes this process the owner; undefined if another process takes PostgreSQL over. */
async function claim(postmaster: Postmaster, { credentials, files }: EmbeddedContext): Promise<Session | undefined> {
  let control: ControlConnection | undefined;
  try {
    control = await openControlConnection(postmaster.port, credentials);
    // The lock is taken last: a process that sees it held may use the database.
    if (
      control === undefined ||
      !(await prepare(control, postmaster, credentials)) ||
      !(await takeOwnership(control))
    ) {
      await postmaster.stop();
      await control?.close();
      return undefined;
    }
    await recordPort(files, credentials, postmaster.port);
  } catch (error) {
    await postmaster.stop();
    await control?.close();
    throw error;
  }
  const { closed, close } = control;
  control.unref();
  postmaster.unref();
  return {
    port: postmaster.port,
    lost: Promise.race([closed, postmaster.ended]),
    async end() {
      await postmaster.stop();
      await close();
    },
  };
}

/** Creates the database and the role of servers. Returns false if PostgreSQL stops meanwhile. */
async function prepare(control: ControlConnection, { port }: Postmaster, credentials: Credentials): Promise<boolean> {
  return (await createDatabase(control)) && (await prepareServerRole(control, port, credentials));
}

/** Creates the database if it does not exist. Returns false if PostgreSQL stops meanwhile. */
async function createDatabase({ sql, query }: ControlConnection): Promise<boolean> {
  const found = await query(sql`select from pg_database where datname = ${DATABASE}`);
  if (found === undefined || found.length > 0) return found !== undefined;
  return (await query(sql`create database ${sql(DATABASE)}`)) !== undefined;
}

function refused({ log }: DataFiles, output: string): Error {
  return failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
    where: log,
    received: output.split("\n").slice(-4).join(" / "),
    fix: "Fix the reported problem, choose another directory with RANKSCOPE_DATA, or set DATABASE_URL.",
  });
}
