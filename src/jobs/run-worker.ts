import { EventEmitter } from "node:events";
import { hostname } from "node:os";
import { SpanKind } from "@opentelemetry/api";
import { run, type JobHelpers, type Runner, type WorkerEvents } from "graphile-worker";
import { KERNEL_VERSION } from "../model/kernel-version.js";
import { failure, PermanentError, RankscopeError } from "../errors.js";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { endJob } from "../store/queue/progress.js";
import { openQueuePool } from "../store/queue/queue-pool.js";
import { quietQueueLog } from "../store/queue/quiet-log.js";
import { computeTask, PRIORITY } from "../store/queue/tasks.js";
import { BEAT_SECONDS, beat, dismissWorker, lockedJobs, sweep } from "../store/queue/workers.js";
import { inSpan } from "../trace.js";
import { watchAcquiring, type Acquiring } from "./acquiring.js";
import { openComputePool, type ComputePool } from "./compute-pool.js";
import { runComputation } from "./compute-task.js";
import type { ThreadSettings } from "./compute-thread.js";
import { newTally, type JobObserver, type JobRun } from "./job-run.js";
import { openJobWatch, type JobWatch } from "./job-watch.js";
import type { ComputePayload } from "../model/job-payloads.js";

/** How often to look for jobs whose notification was missed, and for those that are to be tried again. */
const POLL_MILLISECONDS = 1000;
/** A worker whose database does not answer for this long ends, and leaves it to its supervisor to start another. */
const GIVE_UP_SECONDS = 30;

export interface WorkerOptions {
  /** A UUID; whoever supervises the worker can dismiss it by it. */
  readonly id: string;
  readonly connection: Connection;
  /** Of the database, for the queue's own connections. */
  readonly url: string;
  readonly threads: number;
  readonly settings: ThreadSettings;
  /** Told of each job that was started, when it has ended. */
  readonly observe?: JobObserver | undefined;
  readonly log: Log;
}

export interface RunningWorker {
  /** Resolves with the reason when the worker cannot go on: the process should end and be started again. */
  readonly lost: Promise<string>;
  /** Seconds since the database last took the worker's sign of life. */
  secondsSinceBeat(): number;
  /** Lets running jobs end, or gives them back after some seconds, and closes the threads. */
  close(): Promise<void>;
}

/** Runs jobs of the queue at `url` until `close`, as many at once as there are threads. */
export async function runWorker({
  id,
  connection,
  url,
  threads,
  settings,
  observe,
  log,
}: WorkerOptions): Promise<RunningWorker> {
  const pool = openComputePool(threads, settings);
  const watch = openJobWatch(connection, log);
  // One for each job, one to listen, one to look for more.
  const pgPool = openQueuePool(url, threads + 2);
  const closeAll = async () => {
    await watch.close();
    await pgPool.end();
    await pool.close();
  };
  try {
    const { runner, lockId, acquiring } = await startRunner();
    const pulse = keepAlive(connection, { id, host: hostname(), pid: process.pid, lockId }, acquiring, log);
    await pulse.first;
    return {
      lost: Promise.race([pulse.lost, endOf(runner)]),
      secondsSinceBeat: pulse.seconds,
      async close() {
        await runner.stop().catch(() => undefined);
        await pulse.stop();
        await dismissWorker(connection, id).catch((err: unknown) =>
          log.warn({ err }, "the worker was not taken off the list"),
        );
        await closeAll();
      },
    };
  } catch (error) {
    // What stays open would keep a worker alive that does nothing, and whom nobody would replace.
    await closeAll();
    throw error;
  }

  async function startRunner(): Promise<{ runner: Runner; lockId: string; acquiring: Acquiring }> {
    const events: WorkerEvents = new EventEmitter();
    const acquiring = watchAcquiring(events);
    let lockId = "";
    events.on("pool:create", ({ workerPool }) => {
      lockId = workerPool.id;
    });
    // What a dead worker left is free before this one looks for work.
    await sweep(connection);
    const runner = await run({
      pgPool,
      concurrency: threads,
      pollInterval: POLL_MILLISECONDS,
      noHandleSignals: true,
      logger: quietQueueLog(log),
      events,
      taskList: { [computeTask(KERNEL_VERSION)]: handler(connection, pool, watch, observe, log) },
    });
    return { runner, lockId, acquiring };
  }
}

function endOf(runner: Runner): Promise<string> {
  return runner.promise.then(
    () => "the queue's runner has stopped",
    (error: unknown) => `the queue's runner has failed: ${error instanceof Error ? error.message : String(error)}`,
  );
}

/** Runs one job; stops where it is cancelled meanwhile. Errors that may pass are left to the queue, which tries again. */
function handler(
  connection: Connection,
  pool: ComputePool,
  watch: JobWatch,
  observe: JobObserver | undefined,
  log: Log,
) {
  async function run(work: ComputePayload, { job: queued, abortSignal }: JobHelpers): Promise<void> {
    const began = performance.now();
    const tally = newTally();
    let outcome: JobRun["outcome"] = "succeeded";
    const stop = new AbortController();
    const isOver = watch.ended([work.job], { milliseconds: Infinity, signal: stop.signal }).then(
      () => stop.abort(),
      () => undefined,
    );
    try {
      await runComputation(connection, pool, work, AbortSignal.any([stop.signal, abortSignal]), tally);
    } catch (error) {
      outcome = "cancelled";
      if (stop.signal.aborted) return;
      outcome = "retried";
      const isLast = queued.attempts >= queued.max_attempts;
      if (!isLast && !(error instanceof PermanentError)) throw error;
      outcome = "failed";
      log.error({ err: error, job: work.job }, "a computation failed");
      const known = error instanceof RankscopeError ? error : failure("COMPUTE_FAILED", { received: String(error) });
      await endJob(connection, work.job, { status: "FAILED", message: `${known.code}: ${known.message}` });
    } finally {
      stop.abort();
      await isOver;
      // It was over before it began.
      if (tally.waitSeconds === null && outcome === "succeeded") outcome = "cancelled";
      observe?.({
        kind: work.kind,
        urgency: queued.priority === PRIORITY.INTERACTIVE ? "INTERACTIVE" : "PRECOMPUTE",
        outcome,
        waitSeconds: queued.attempts > 1 ? null : tally.waitSeconds,
        runSeconds: (performance.now() - began) / 1000,
        computeSeconds: tally.computeSeconds,
        computed: [...tally.computed.values()],
      });
    }
  }
  return (payload: unknown, helpers: JobHelpers): Promise<void> => {
    const work = payload as ComputePayload;
    const attributes = { "rankscope.job": work.job, "rankscope.attempt": helpers.job.attempts };
    return inSpan(`job ${work.kind}`, { kind: SpanKind.CONSUMER, attributes, parent: work.trace }, () =>
      run(work, helpers),
    );
  };
}

/** Shows that the worker is alive and sweeps up after those that are not, again and again. */
function keepAlive(connection: Connection, worker: Parameters<typeof beat>[1], acquiring: Acquiring, log: Log) {
  // Of a clock that nobody sets.
  let lastBeat = performance.now();
  let giveUp: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    giveUp = resolve;
  });
  async function once(): Promise<void> {
    try {
      await beat(connection, worker);
      lastBeat = performance.now();
      const dead = await sweep(connection);
      if (dead > 0) log.warn({ dead }, "workers have died: their jobs are run again");
      const trouble = acquiring.trouble(await lockedJobs(connection, worker));
      if (trouble !== undefined) giveUp(trouble);
    } catch (err) {
      log.warn({ err }, "the database does not answer the worker");
      if (performance.now() - lastBeat > GIVE_UP_SECONDS * 1000) giveUp("the database does not answer");
    }
  }
  let busy: Promise<void> | undefined = once();
  const first = busy.finally(() => (busy = undefined));
  const timer = setInterval(() => {
    busy ??= once().finally(() => (busy = undefined));
  }, BEAT_SECONDS * 1000);
  return {
    first,
    lost,
    seconds: () => (performance.now() - lastBeat) / 1000,
    async stop() {
      clearInterval(timer);
      await busy;
    },
  };
}
