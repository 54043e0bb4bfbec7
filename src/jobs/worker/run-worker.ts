import { EventEmitter } from "node:events";
import { hostname } from "node:os";
import { run, type Runner, type TaskList, type WorkerEvents } from "graphile-worker";
import type { Log } from "../../log.js";
import { MODEL_SIZE_CLASSES, type BehaviourPayload } from "../../model/behaviour-facts.js";
import { BEHAVIOUR_VERSION } from "../../model/behaviour.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { ComputePayload } from "../../model/job-payloads.js";
import type { Connection } from "../../store/connection.js";
import { openQueuePool } from "../../store/queue/queue-pool.js";
import { queueLog } from "../../store/queue/queue-log.js";
import { behaviourTask, computeTask } from "../../store/queue/tasks.js";
import { dismissWorker, sweep } from "../../store/queue/workers.js";
import { openComputePool } from "../compute/compute-pool.js";
import type { ThreadSettings } from "../compute/compute-thread.js";
import { runComputation } from "../compute/run-computation.js";
import { openModelPool } from "../behaviour/model-pool.js";
import { runBehaviour } from "../behaviour/run-behaviour.js";
import type { JobObserver } from "../job-run.js";
import { openJobWatch } from "../job-watch.js";
import { startHeartbeat, type WatchedRunner } from "./heartbeat.js";
import { runJob, type JobWork } from "./run-job.js";
import { watchRunner } from "./runner-watch.js";

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
  /** Undefined for a worker that runs no models. */
  readonly models?: WorkerModels | undefined;
  /** Called when a job's run has ended. */
  readonly observe?: JobObserver | undefined;
  readonly log: Log;
}

/** The models that a worker runs. */
export interface WorkerModels {
  /** Memory that its open models may need, in bytes. */
  readonly maxBytes: number;
  /** Models that need more bytes in float32 are left to other workers. */
  readonly largestBytes: number;
}

export interface RunningWorker {
  /** Resolves with the reason when the worker cannot go on: its process should end and be started again. */
  readonly lost: Promise<string>;
  /** Returns the seconds since the database last recorded that the worker is alive. */
  secondsSinceBeat(): number;
  /** Lets running jobs end, or gives them back after some seconds, and closes the threads. */
  close(): Promise<void>;
}

/** Runs jobs of the queue at `url` until `close`: one on weights for each thread, and one that runs models, at a time. */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { id, connection, url, threads, settings, models, observe, log } = options;
  const pool = openComputePool(threads, settings);
  const { engine, weights } = settings;
  const modelPool = models && openModelPool({ provider: engine.provider, threads, maxBytes: models.maxBytes, weights });
  const watch = openJobWatch(connection, log);
  // One connection for each job, and for each runner one that listens and one that looks for more jobs.
  const pgPool = openQueuePool(url, threads + 5);
  const closeResources = async () => {
    await watch.close();
    await pgPool.end();
    await Promise.all([pool.close(), modelPool?.close()]);
  };
  const runners: StartedRunner[] = [];
  const stopRunners = () => Promise.all(runners.map(({ runner }) => runner.stop().catch(() => undefined)));
  try {
    // The jobs of dead workers are free before this worker looks for jobs.
    await sweep(connection);
    const resources = { connection, watch, observe, log };
    const computing = await startRunner(pgPool, threads, log, {
      [computeTask(KERNEL_VERSION)]: (payload, helpers) => {
        const work = payload as ComputePayload;
        const run: JobWork["run"] = (signal, counters) => runComputation(connection, pool, work, signal, counters);
        return runJob(resources, { ...work, run }, helpers);
      },
    });
    runners.push(computing);
    // A runner of their own: measurements take minutes, and comparisons of weights must not wait for them.
    const measuring =
      models &&
      modelPool &&
      (await startRunner(
        pgPool,
        1,
        log,
        behaviourTasks(models, (payload, helpers) => {
          const work = payload as BehaviourPayload;
          const run: JobWork["run"] = (signal, counters) => runBehaviour(connection, modelPool, work, signal, counters);
          return runJob(resources, { ...work, kind: "BEHAVIOUR", run }, helpers);
        }),
      ));
    if (measuring !== undefined) runners.push(measuring);
    const worker = {
      id,
      host: hostname(),
      pid: process.pid,
      lockId: computing.lockId,
      modelLockId: measuring?.lockId,
      modelBytes: models?.largestBytes,
    };
    const heartbeat = startHeartbeat(connection, worker, runners, log);
    await heartbeat.first;
    return {
      lost: Promise.race([heartbeat.lost, ...runners.map(({ runner }) => endOf(runner))]),
      secondsSinceBeat: heartbeat.secondsSinceBeat,
      async close() {
        await stopRunners();
        await heartbeat.stop();
        await dismissWorker(connection, id).catch((err: unknown) =>
          log.warn({ err }, "the worker was not taken off the list"),
        );
        await closeResources();
      },
    };
  } catch (error) {
    // Open resources would keep the process alive without running jobs, and no supervisor would replace it. The pool waits for the
    // connections that a started runner holds.
    await stopRunners();
    await closeResources();
    throw error;
  }
}

interface StartedRunner extends WatchedRunner {
  readonly runner: Runner;
}

async function startRunner(
  pgPool: ReturnType<typeof openQueuePool>,
  concurrency: number,
  log: Log,
  taskList: TaskList,
): Promise<StartedRunner> {
  const events: WorkerEvents = new EventEmitter();
  const watch = watchRunner(events);
  let lockId = "";
  events.on("pool:create", ({ workerPool }) => {
    lockId = workerPool.id;
  });
  const runner = await run({
    pgPool,
    concurrency,
    pollInterval: POLL_MILLISECONDS,
    noHandleSignals: true,
    logger: queueLog(log),
    events,
    taskList,
  });
  return { runner, lockId, watch };
}

/** Returns the tasks of all size classes that the worker has enough memory for. */
function behaviourTasks({ largestBytes }: WorkerModels, task: TaskList[string]): TaskList {
  const classes = MODEL_SIZE_CLASSES.filter((gibibytes) => gibibytes * 2 ** 30 <= largestBytes);
  return Object.fromEntries(classes.map((gibibytes) => [behaviourTask(BEHAVIOUR_VERSION, gibibytes), task]));
}

function endOf(runner: Runner): Promise<string> {
  return runner.promise.then(
    () => "the queue's runner has stopped",
    (error: unknown) => `the queue's runner has failed: ${error instanceof Error ? error.message : String(error)}`,
  );
}
