import { v7 as newId, validate } from "uuid";
import { forbidTf32 } from "../config.js";
import { failure } from "../errors.js";
import { runWorker } from "../jobs/run-worker.js";
import { surviveDeadSocketWrites } from "../store/dead-socket-writes.js";
import { openWorkerStore } from "../store/worker-store.js";
import { print, type Process } from "./process.js";
import { nextStop } from "./stop.js";
import { threadSettings } from "./thread-settings.js";

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
  surviveDeadSocketWrites(log);
  const store = await openWorkerStore(config);
  try {
    const { connection, url } = store;
    const running = await runWorker({
      id,
      connection,
      url,
      threads: config.computeThreads,
      settings: await threadSettings(config, connection),
      log,
    });
    print(`The worker ${id} takes jobs, ${config.computeThreads} at once. Ctrl-C stops it when they are done.`);
    const lost = await Promise.race([stopped.then(() => undefined), running.lost]);
    // A database that is gone keeps some of what follows waiting for ever; the jobs are run again by others.
    setTimeout(() => process.exit(1), PARTING_MILLISECONDS).unref();
    await running.close();
    if (lost !== undefined) throw failure("WORKER_LOST", { received: lost });
  } finally {
    await store.close();
    // The channel to a supervisor would keep the process alive.
    if (process.connected) process.disconnect();
  }
}
