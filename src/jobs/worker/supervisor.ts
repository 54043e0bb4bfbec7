import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { v7 as newId } from "uuid";
import type { Log } from "../../log.js";
import type { Connection } from "../../store/connection.js";
import { dismissWorker } from "../../store/queue/workers.js";
import type { JobObserver, JobRun } from "../job-run.js";
import { lowerPriority } from "./lower-priority.js";

/** A message of a supervised worker to the process that started it. */
export interface WorkerMessage {
  readonly jobRun: JobRun;
}

const MAIN = fileURLToPath(new URL("../../main.js", import.meta.url));

/** A worker that ends is started again after this delay, which doubles each time up to the maximum. */
const MIN_RESTART_MILLISECONDS = 200;
const MAX_RESTART_MILLISECONDS = 10_000;
/** A worker that ran for this long did not fail at its start: the next one starts with the minimum delay. */
const STABLE_MILLISECONDS = 30_000;
/** Maximum time for a worker to end its jobs. */
const STOP_MILLISECONDS = 15_000;

interface SupervisorOptions {
  readonly connection: Connection;
  /** The worker's environment, including the database's address. */
  readonly environment: NodeJS.ProcessEnv;
  /** Called when a job's run has ended. */
  readonly observe?: JobObserver | undefined;
  readonly log: Log;
}

interface Supervisor {
  /** Starts the worker unless it runs already. */
  start(): void;
  /** Stops the worker, and resolves when it has ended. */
  close(): Promise<void>;
}

/**
 * Keeps one worker process of this program running, so that a laptop and a fleet run the same code. A worker that dies is
 * replaced, and its jobs are free at once.
 */
export function openSupervisor({ connection, environment, observe, log }: SupervisorOptions): Supervisor {
  let running: Promise<void> | undefined;
  let child: ChildProcess | undefined;
  const closing = new AbortController();
  const isClosing = () => closing.signal.aborted;

  async function keepRunning(): Promise<void> {
    let delay = MIN_RESTART_MILLISECONDS;
    while (!isClosing()) {
      const id = newId();
      const started = performance.now();
      const end = await runOnce(id);
      if (isClosing()) return;
      log.warn({ end }, "the worker process has ended and is started again");
      // Not awaited: the next worker must start even while PostgreSQL, which may have ended this one, is slow to return.
      void dismissWorker(connection, id).catch((err: unknown) =>
        log.warn({ err }, "the dead worker's jobs wait for a sweep"),
      );
      const wasStable = performance.now() - started > STABLE_MILLISECONDS;
      delay = wasStable ? MIN_RESTART_MILLISECONDS : Math.min(2 * delay, MAX_RESTART_MILLISECONDS);
      await sleep(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  /** Runs a worker until it ends. Returns how it ended. */
  function runOnce(id: string): Promise<string> {
    return new Promise((resolve) => {
      // The worker ends when the IPC channel closes, however its parent ended.
      const worker = spawn(process.execPath, ["--enable-source-maps", MAIN, "worker", "--id", id], {
        env: environment,
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
      child = worker;
      lowerPriority(worker);
      worker.on("message", (message) => observe?.((message as WorkerMessage).jobRun));
      worker.once("error", (error) => resolve(error.message));
      worker.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
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
