import { EventEmitter } from "node:events";
import { hostname } from "node:os";
import { run, type Runner, type WorkerEvents } from "graphile-worker";
import type { Log } from "../../log.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { Connection } from "../../store/connection.js";
import { openQueuePool } from "../../store/queue/queue-pool.js";
import { queueLog } from "../../store/queue/queue-log.js";
import { computeTask } from "../../store/queue/tasks.js";
import { dismissWorker, sweep } from "../../store/queue/workers.js";
import { openComputePool } from "../compute/compute-pool.js";
import type { ThreadSettings } from "../compute/compute-thread.js";
import type { JobObserver } from "../job-run.js";
import { openJobWatch } from "../job-watch.js";
import { startHeartbeat } from "./heartbeat.js";
import { runJob, type JobResources } from "./run-job.js";
import { watchRunner, type RunnerWatch } from "./runner-watch.js";

/** Interval of the search for jobs whose notification was missed, and for jobs that are due to be run again. */
const POLL_MILLISECONDS = 1000;

export interface WorkerOptions {
  /** A UUID, by which the worker's supervisor can dismiss it. */
  readonly id: string;
  readonly connection: Connection;
  /** The database's address, for the queue's own connections. */
  readonly url: string;
  readonly threads: number;
  readonly settings: ThreadSettings;
  /** Called when a job's run has ended. */
  readonly observe?: JobObserver | undefined;
  readonly log: Log;
}

export interface RunningWorker {
  /** Resolves with the reason when the worker cannot go on: its process should end and be started again. */
  readonly lost: Promise<string>;
  /** Returns the seconds since the database last recorded that the worker is alive. */
  secondsSinceBeat(): number;
  /** Lets running jobs end, or gives them back after some seconds, and closes the threads. */
  close(): Promise<void>;
}

/** Runs jobs of the queue at `url` until `close`, one for each thread at a time. */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { id, connection, url, threads, settings, observe, log } = options;
  const pool = openComputePool(threads, settings);
  const watch = openJobWatch(connection, log);
  // One connection for each job, one that listens, and one that looks for more jobs.
  const pgPool = openQueuePool(url, threads + 2);
  const closeResources = async () => {
    await watch.close();
    await pgPool.end();
    await pool.close();
  };
  try {
    // The jobs of dead workers are free before this worker looks for jobs.
    await sweep(connection);
    const { runner, lockId, runnerWatch } = await startRunner(pgPool, threads, {
      connection,
      pool,
      watch,
      observe,
      log,
    });
    const worker = { id, host: hostname(), pid: process.pid, lockId };
    const heartbeat = startHeartbeat(connection, worker, runnerWatch, log);
    await heartbeat.first;
    return {
      lost: Promise.race([heartbeat.lost, endOf(runner)]),
      secondsSinceBeat: heartbeat.secondsSinceBeat,
      async close() {
        await runner.stop().catch(() => undefined);
        await heartbeat.stop();
        await dismissWorker(connection, id).catch((err: unknown) =>
          log.warn({ err }, "the worker was not taken off the list"),
        );
        await closeResources();
      },
    };
  } catch (error) {
    // Open resources would keep the process alive without running jobs, and no supervisor would replace it.
    await closeResources();
    throw error;
  }
}

interface StartedRunner {
  readonly runner: Runner;
  /** The id by which the queue locks jobs for the runner. */
  readonly lockId: string;
  readonly runnerWatch: RunnerWatch;
}

async function startRunner(
  pgPool: ReturnType<typeof openQueuePool>,
  threads: number,
  resources: JobResources,
): Promise<StartedRunner> {
  const events: WorkerEvents = new EventEmitter();
  const runnerWatch = watchRunner(events);
  let lockId = "";
  events.on("pool:create", ({ workerPool }) => {
    lockId = workerPool.id;
  });
  const runner = await run({
    pgPool,
    concurrency: threads,
    pollInterval: POLL_MILLISECONDS,
    noHandleSignals: true,
    logger: queueLog(resources.log),
    events,
    taskList: { [computeTask(KERNEL_VERSION)]: (payload, helpers) => runJob(resources, payload, helpers) },
  });
  return { runner, lockId, runnerWatch };
}

function endOf(runner: Runner): Promise<string> {
  return runner.promise.then(
    () => "the queue's runner has stopped",
    (error: unknown) => `the queue's runner has failed: ${error instanceof Error ? error.message : String(error)}`,
  );
}
