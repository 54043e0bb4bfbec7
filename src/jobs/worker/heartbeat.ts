import type { Log } from "../../log.js";
import type { Connection } from "../../store/connection.js";
import {
  WORKER_HEARTBEAT_SECONDS,
  recordHeartbeat,
  lockedJobs,
  sweep,
  type WorkerProcess,
} from "../../store/queue/workers.js";
import type { RunnerWatch } from "./runner-watch.js";

/** A worker whose database does not answer for this long ends, so that its supervisor starts another. */
const MAX_SILENT_SECONDS = 30;

/** A runner of the worker, and the id by which the queue locks jobs for it. */
export interface WatchedRunner {
  readonly lockId: string;
  readonly watch: RunnerWatch;
}

interface Heartbeat {
  /** Resolves after the first beat. */
  readonly first: Promise<void>;
  /** Resolves with the reason when the worker cannot go on. */
  readonly lost: Promise<string>;
  /** Returns the seconds since the last beat that the database recorded. */
  secondsSinceBeat(): number;
  /** Resolves when no beat is in progress any more. */
  stop(): Promise<void>;
}

/** Records at intervals that the worker is alive, and frees the jobs of workers that died. */
export function startHeartbeat(
  connection: Connection,
  worker: WorkerProcess,
  runners: readonly WatchedRunner[],
  log: Log,
): Heartbeat {
  // The monotonic clock is never set.
  let lastBeat = performance.now();
  let reportLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    reportLost = resolve;
  });
  const secondsSinceBeat = () => (performance.now() - lastBeat) / 1000;

  async function beatOnce(): Promise<void> {
    try {
      await recordHeartbeat(connection, worker);
      lastBeat = performance.now();
      const dead = await sweep(connection);
      if (dead > 0) log.warn({ dead }, "workers have died: their jobs are run again");
      for (const { lockId, watch } of runners) {
        const problem = watch.problem(await lockedJobs(connection, { lockId }));
        if (problem !== undefined) reportLost(problem);
      }
    } catch (err) {
      log.warn({ err }, "the database does not answer the worker");
      if (secondsSinceBeat() > MAX_SILENT_SECONDS) reportLost("the database does not answer");
    }
  }

  let current: Promise<void> | undefined;
  /** Starts a beat unless one is in progress. */
  function next(): Promise<void> {
    current ??= beatOnce().finally(() => {
      current = undefined;
    });
    return current;
  }

  const first = next();
  const timer = setInterval(() => void next(), WORKER_HEARTBEAT_SECONDS * 1000);
  return {
    first,
    lost,
    secondsSinceBeat,
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}
