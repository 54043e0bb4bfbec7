import { spawn, type ChildProcess } from "node:child_process";
import { constants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { v7 as newId } from "uuid";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { dismissWorker } from "../store/queue/workers.js";
import type { JobObserver, JobRun } from "./job-run.js";

/** What a supervised worker tells the process that started it. */
export interface WorkerMessage {
  readonly jobRun: JobRun;
}

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

/** A worker that ends at once is started again after this long, doubled each time, up to the most. */
const RESTART_MILLISECONDS = 200;
const MOST_MILLISECONDS = 10_000;
/** A worker that has lived this long ended for a reason of its own: the next starts without delay. */
const SOUND_MILLISECONDS = 30_000;
/** How long a worker may take to let its jobs end. */
const STOP_MILLISECONDS = 15_000;

export interface Supervisor {
  /** Starts the worker where it does not run; calling it again changes nothing. */
  start(): void;
  /** Stops the worker, and waits until it has ended. */
  close(): Promise<void>;
}

/**
 * Keeps one worker process of this program running, so that a laptop and a fleet run the same
 * code. A worker that dies is replaced, and its jobs are free at once.
 */
export function openSupervisor({
  connection,
  environment,
  observe,
  log,
}: {
  readonly connection: Connection;
  /** The worker's, the database's address among it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Told of each job that the worker was given, when it has ended. */
  readonly observe?: JobObserver | undefined;
  readonly log: Log;
}): Supervisor {
  let running: Promise<void> | undefined;
  let child: ChildProcess | undefined;
  const closing = new AbortController();
  const isClosing = () => closing.signal.aborted;

  async function keepRunning(): Promise<void> {
    for (let delay = RESTART_MILLISECONDS; !isClosing();) {
      const id = newId();
      const began = performance.now();
      const end = await runOnce(id);
      if (isClosing()) return;
      log.warn({ end }, "the worker process has ended and is started again");
      // Not waited for: the next one must come also where PostgreSQL, whose end may have been this one's, is slow to return.
      void dismissWorker(connection, id).catch((err: unknown) =>
        log.warn({ err }, "the dead worker's jobs wait for a sweep"),
      );
      delay =
        performance.now() - began > SOUND_MILLISECONDS ? RESTART_MILLISECONDS : Math.min(2 * delay, MOST_MILLISECONDS);
      await sleep(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  function runOnce(id: string): Promise<string> {
    return new Promise((resolve) => {
      // The channel to the parent tells the worker when its parent is gone, however it went.
      const started = spawn(process.execPath, ["--enable-source-maps", MAIN, "worker", "--id", id], {
        env: environment,
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
      child = started;
      giveWay(started);
      started.on("message", (message) => observe?.((message as WorkerMessage).jobRun));
      started.once("error", (error) => resolve(error.message));
      started.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
    });
  }

  return {
    start() {
      if (!isClosing()) running ??= keepRunning();
    },
    async close() {
      closing.abort();
      child?.kill("SIGTERM");
      const timer = setTimeout(() => child?.kill("SIGKILL"), STOP_MILLISECONDS);
      await running;
      clearTimeout(timer);
    },
  };
}

/** Work in the background shares its processors with a server that somebody waits for: that one goes first. */
function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system has no such thing: it then takes its turns like any other.
  }
}
