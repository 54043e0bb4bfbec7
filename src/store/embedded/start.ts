import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../../errors.js";
import type { Log } from "../../log.js";
import { findBinaries } from "./binaries.js";
import { createCluster, isComplete } from "./cluster.js";
import { administratorUrl, databaseUrl, obtainCredentials, readCredentials } from "./credentials.js";
import { openDataFiles } from "./data-files.js";
import { chooseOperatingUser } from "./operating-user.js";
import { type EmbeddedContext, openSession } from "./session.js";

/** Attempts to start a PostgreSQL that ended by itself, and the time between them. */
const MAX_RESTARTS = 30;
const BETWEEN_RESTARTS_MILLISECONDS = 1000;

/** An embedded PostgreSQL that this process owns. */
export interface EmbeddedPostgres {
  /** URL of its database for a role that is no superuser, with the password. It does not change when PostgreSQL restarts. */
  readonly url: string;
  /** The same for the administrator, a superuser. */
  readonly administratorUrl: string;
  /** Ends sessions and PostgreSQL. Further calls do nothing. */
  stop(): Promise<void>;
}

interface StartOptions {
  readonly dataDirectory: string;
  /** The command that starts it (`serve`), shown in the error if the directory is in use. */
  readonly purpose: string;
  /** Address of the server, if the command is one. */
  readonly address?: string | undefined;
  readonly log: Log;
}

/**
 * Starts PostgreSQL on the files in `dataDirectory`, which the first start creates, and owns it until `stop`. A PostgreSQL that a
 * killed process left is stopped first; one that ends by itself is started again. It does not keep this process alive: if the
 * process ends without `stop`, the next start stops PostgreSQL.
 *
 * @throws DATA_DIRECTORY_IN_USE if a living process owns it
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if it cannot run on this machine
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const context = await prepareContext(options);
  const ending = new AbortController();
  let session = await openSession(context, undefined, ending.signal);
  let stopping: Promise<void> | undefined;
  const watch = keepRunning();
  return {
    url: databaseUrl(context.credentials, session.port),
    administratorUrl: administratorUrl(context.credentials, session.port),
    stop: () => (stopping ??= stop()),
  };

  function isEnding(): boolean {
    return ending.signal.aborted;
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      await session.lost;
      if (isEnding()) return;
      context.log.error("the embedded PostgreSQL ended unexpectedly and is started again");
      if (!(await reopen())) return;
    }
  }

  /** Starts PostgreSQL again, repeatedly if necessary: it may be killed again while it recovers. */
  async function reopen(): Promise<boolean> {
    for (let attempt = 1; attempt <= MAX_RESTARTS && !isEnding(); attempt++) {
      try {
        await session.end();
        session = await openSession(context, session.port, ending.signal);
        return true;
      } catch (err) {
        if (isEnding()) return false;
        context.log.error({ err, attempt }, "the embedded PostgreSQL could not be started again");
        await sleep(BETWEEN_RESTARTS_MILLISECONDS, undefined, { ref: false });
      }
    }
    return false;
  }

  /** Aborts a restart in progress. A recovery continues at the next start. */
  async function stop(): Promise<void> {
    ending.abort();
    await session.end();
    await watch;
  }
}

async function prepareContext({ dataDirectory, purpose, address, log }: StartOptions): Promise<EmbeddedContext> {
  const files = await openDataFiles(dataDirectory);
  const binaries = await findBinaries();
  const user = await chooseOperatingUser(files, binaries);
  if (isComplete(files) && (await readCredentials(files)) === undefined) {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: files.credentials,
      received: "no such file, although the database beside it needs its password",
      fix: `Restore the file, or move ${files.cluster} away to start with an empty database.`,
    });
  }
  const credentials = await obtainCredentials(files);
  await createCluster(files, binaries, user, credentials);
  return { files, binaries, user, credentials, log, owner: { purpose, pid: process.pid, address } };
}
