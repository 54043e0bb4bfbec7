import { hostname } from "node:os";
import { v7 as newId, validate } from "uuid";
import { forbidTf32, type Config } from "../../config.js";
import { failure } from "../../errors.js";
import type { ThreadSettings } from "../../jobs/compute/compute-thread.js";
import type { JobRun } from "../../jobs/job-run.js";
import { runWorker, type RunningWorker } from "../../jobs/worker/run-worker.js";
import type { WorkerMessage } from "../../jobs/worker/supervisor.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import { listenForMetrics, type MetricsListener } from "../../observe/listen.js";
import { openWorkerMetrics } from "../../observe/open-metrics.js";
import { findCrossings } from "../../store/calibrations.js";
import type { Database } from "../../store/database.js";
import { DEAD_AFTER_SECONDS } from "../../store/queue/workers.js";
import { surviveLostConnections } from "../../store/survive-lost-connections.js";
import { openWorkerStore, type WorkerStore } from "../../store/worker-store.js";
import { print, type Process } from "../process.js";
import { weightSettings } from "../weight-settings.js";
import { allStatements, openConfiguredTracing } from "./observers.js";
import { waitForStop } from "./stop-signal.js";

/** Maximum time for a stopping worker to end its jobs. */
const SHUTDOWN_TIMEOUT_MILLISECONDS = 8000;

/** Runs jobs of the queue until a stop signal arrives or the supervisor exits. @throws ARGUMENT_INVALID, WORKER_LOST */
export async function worker({ config, log }: Process, options: { id?: string }): Promise<void> {
  const { id = newId() } = options;
  if (!validate(id)) throw failure("ARGUMENT_INVALID", { where: "--id", received: id, allowed: "a UUID" });
  forbidTf32();
  // Only a supervisor passes an id. If it has exited already, nothing would stop this worker.
  if (options.id !== undefined && !process.connected) return;
  const stopped = waitForStop(config);
  try {
    await runJobs({ config, log }, { id, isSupervised: options.id !== undefined, stopped });
  } finally {
    // An open channel to the supervisor would keep a failed worker alive, and the supervisor would not replace it.
    if (process.connected) process.disconnect();
  }
}

interface WorkerOptions {
  readonly id: string;
  readonly isSupervised: boolean;
  /** Resolves when the worker must stop. */
  readonly stopped: Promise<unknown>;
}

async function runJobs({ config, log }: Process, { id, isSupervised, stopped }: WorkerOptions): Promise<void> {
  surviveLostConnections(log);
  const tracing = await openConfiguredTracing(config, "rankscope-worker");
  // The server exposes the metrics of its supervised workers; they could not share one port.
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
      models: { maxBytes: config.modelBytes, largestBytes: config.largestModelBytes },
      observe: isSupervised ? sendToSupervisor : metrics?.jobs,
      log,
    });
    if (metrics !== undefined && port !== undefined) {
      listener = await listenForMetrics({ host: config.host, port, metrics, health: () => healthOf(running) });
      print(`Metrics are at ${listener.address}metrics`);
    }
    print(`Worker ${id} takes jobs, at most ${config.computeThreads} at once. Ctrl-C stops it after its running jobs.`);
    const lost = await Promise.race([stopped.then(() => undefined), running.lost]);
    // Without its database, the shutdown may never complete. Other workers run the unfinished jobs again.
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MILLISECONDS).unref();
    await running.close();
    if (lost !== undefined) throw failure("WORKER_LOST", { received: lost });
  } finally {
    await listener?.close();
    await store?.close();
    await tracing?.close();
  }
}

function sendToSupervisor(jobRun: JobRun): void {
  if (process.connected) process.send?.({ jobRun } satisfies WorkerMessage, () => undefined);
}

function healthOf({ secondsSinceBeat }: RunningWorker) {
  const seconds = secondsSinceBeat();
  return { isAlive: seconds < DEAD_AFTER_SECONDS, secondsSinceDatabaseAnswered: seconds };
}

/** Returns the settings of a worker's compute threads: providers, measured break-even sizes and the weight store. */
async function threadSettings(config: Config, database: Pick<Database, "prisma">): Promise<ThreadSettings> {
  return {
    engine: {
      provider: config.provider,
      breakEvenFlops: await findCrossings(database, hostname(), KERNEL_VERSION),
      // Each thread of the worker has its own sessions; more threads per session would compete for the same cores.
      cpuThreads: 1,
    },
    weights: weightSettings(config),
  };
}
