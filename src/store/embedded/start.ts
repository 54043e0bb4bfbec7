import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../../errors.js";
import type { Log } from "../../log.js";
import { findBinaries } from "./binaries.js";
import { createCluster, isComplete } from "./cluster.js";
import { databaseUrl, obtainCredentials, readCredentials } from "./credentials.js";
import { openDataFiles } from "./data-files.js";
import { chooseOperatingUser } from "./operating-user.js";
import { type Home, openSession } from "./session.js";

/** How often, and with how long between, a PostgreSQL that ended by itself is tried to be started. */
const MOST_RESTARTS = 30;
const BETWEEN_RESTARTS_MILLISECONDS = 1000;

/** An embedded PostgreSQL that this process owns. */
export interface EmbeddedPostgres {
  /** Its database, password included; stays the same when PostgreSQL crashes and is started again. */
  readonly url: string;
  /** Ends sessions and PostgreSQL; calling it again changes nothing. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly dataDirectory: string;
  /** The command that starts it (`serve`), named to whoever finds the directory in use. */
  readonly purpose: string;
  /** Where that command serves, if it does. */
  readonly address?: string | undefined;
  readonly log: Log;
}

/**
 * Starts PostgreSQL on the files in `dataDirectory`, which are made at the first start, and owns it until `stop`.
 * A PostgreSQL that a killed process left is stopped first; one that ends by itself is started again. It does not keep
 * this process alive: one that ends without `stop` leaves PostgreSQL to the next start.
 *
 * @throws DATA_DIRECTORY_IN_USE where a living process owns it
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE where it cannot run here
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const home = await prepareHome(options);
  const ending = new AbortController();
  let session = await openSession(home, undefined, ending.signal);
  let stopping: Promise<void> | undefined;
  const watch = keepRunning();
  return { url: databaseUrl(home.credentials, session.port), stop: () => (stopping ??= stop()) };

  function isEnding(): boolean {
    return ending.signal.aborted;
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      await session.lost;
      if (isEnding()) return;
      home.log.error("the embedded PostgreSQL ended unexpectedly and is started again");
      if (!(await reopen())) return;
    }
  }

  /** Starts PostgreSQL again, several times where it has to be: it may be killed again while it recovers. */
  async function reopen(): Promise<boolean> {
    for (let attempt = 1; attempt <= MOST_RESTARTS && !isEnding(); attempt++) {
      try {
        await session.end();
        session = await openSession(home, session.port, ending.signal);
        return true;
      } catch (err) {
        if (isEnding()) return false;
        home.log.error({ err, attempt }, "the embedded PostgreSQL could not be started again");
        await sleep(BETWEEN_RESTARTS_MILLISECONDS, undefined, { ref: false });
      }
    }
    return false;
  }

  /** Where PostgreSQL is being started again at this moment, that is given up: one that recovers goes on at the next start. */
  async function stop(): Promise<void> {
    ending.abort();
    await session.end();
    await watch;
  }
}

async function prepareHome({ dataDirectory, purpose, address, log }: StartOptions): Promise<Home> {
  const files = await openDataFiles(dataDirectory);
  const binaries = await findBinaries();
  const user = await chooseOperatingUser(files, binaries);
  if (isComplete(files) && (await readCredentials(files)) === undefined) {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: files.credentials,
      received: "no such file, but a database beside it that needs its password",
      todo: `Restore the file, or move ${files.cluster} away to begin with an empty database.`,
    });
  }
  const credentials = await obtainCredentials(files);
  await createCluster(files, binaries, user, credentials);
  return { files, binaries, user, credentials, log, owner: { purpose, pid: process.pid, address } };
}
