import { v7 as newId, validate } from "uuid";
import { forbidTf32 } from "../../config.js";
import { failure } from "../../errors.js";
import type { JobRun } from "../../jobs/job-run.js";
import { runWorker, type RunningWorker } from "../../jobs/worker/run-worker.js";
import type { WorkerMessage } from "../../jobs/worker/supervisor.js";
import { allStatements } from "../../observe/all-statements.js";
import { listenForMetrics, type MetricsListener } from "../../observe/listen.js";
import { openWorkerMetrics } from "../../observe/open-metrics.js";
import { surviveLostConnections } from "../../store/survive-lost-connections.js";
import { DEAD_AFTER_SECONDS } from "../../store/queue/workers.js";
import { openWorkerStore, type WorkerStore } from "../../store/worker-store.js";
import { print, type Process } from "../process.js";
import { nextStop } from "./stop-signal.js";
import { threadSettings } from "./thread-settings.js";
import { tracingOf } from "./open-tracing.js";

/** How long a worker that was told to stop may take to let its jobs end. */
const PARTING_MILLISECONDS = 8000;

/** Runs jobs of the queue until it is told to stop, or its supervisor is gone. */
export async function worker({ config, log }: Process, options: { id?: string }): Promise<void> {
  const { id = newId() } = options;
  if (!validate(id)) throw failure("ARGUMENT_INVALID", { where: "--id", received: id, allowed: "a UUID" });
  forbidTf32();
  // Whoever gave it its id supervises it, and may be gone before it has begun.
  if (options.id !== undefined && !process.connected) return;
  const stopped = nextStop(config);
  try {
    await work({ config, log }, id, { isSupervised: options.id !== undefined, stopped });
  } finally {
    // The channel to a supervisor would keep the process alive, also one that could not begin: nobody would replace it.
    if (process.connected) process.disconnect();
  }
}

interface Employment {
  readonly isSupervised: boolean;
  /** Resolves when the worker is told to stop. */
  readonly stopped: Promise<unknown>;
}

async function work({ config, log }: Process, id: string, { isSupervised, stopped }: Employment): Promise<void> {
  surviveLostConnections(log);
  const tracing = await tracingOf(config, "rankscope-worker");
  // A supervised worker's numbers are its server's: the port would be the same for all of them.
  const port = isSupervised ? undefined : config.metricsPort;
  const metrics = port === undefined ? undefined : openWorkerMetrics(config.computeThreads + 2);
  let store: WorkerStore | undefined;
  let listener: MetricsListener | undefined;
  try {
    store = await openWorkerStore(config, allStatements([metrics?.statements, tracing?.statements]));
    const { connection, url } = store;
    const running = await runWorker({
      id,
      connection,
      url,
      threads: config.computeThreads,
      settings: await threadSettings(config, connection),
      observe: isSupervised ? tellSupervisor : metrics?.jobs,
      log,
    });
    if (metrics !== undefined && port !== undefined) {
      listener = await listenForMetrics({ host: config.host, port, metrics, health: () => healthOf(running) });
      print(`Metrics are at ${listener.address}metrics`);
    }
    print(`The worker ${id} takes jobs, ${config.computeThreads} at once. Ctrl-C stops it when they are done.`);
    const lost = await Promise.race([stopped.then(() => undefined), running.lost]);
    // A database that is gone keeps some of what follows waiting for ever; the jobs are run again by others.
    setTimeout(() => process.exit(1), PARTING_MILLISECONDS).unref();
    await running.close();
    if (lost !== undefined) throw failure("WORKER_LOST", { received: lost });
  } finally {
    await listener?.close();
    await store?.close();
    await tracing?.close();
  }
}

function tellSupervisor(jobRun: JobRun): void {
  // A supervisor that is gone has no use for it.
  if (process.connected) process.send?.({ jobRun } satisfies WorkerMessage, () => undefined);
}

function healthOf({ secondsSinceBeat }: RunningWorker) {
  const seconds = secondsSinceBeat();
  return { isAlive: seconds < DEAD_AFTER_SECONDS, secondsSinceDatabaseAnswered: seconds };
}
