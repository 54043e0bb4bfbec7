import { v7 as newId, validate } from "uuid";
import { forbidTf32 } from "../config.js";
import { failure } from "../errors.js";
import { runWorker } from "../jobs/run-worker.js";
import { openWorkerStore } from "../store/worker-store.js";
import { print, type Process } from "./process.js";
import { nextStop } from "./stop.js";
import { threadSettings } from "./thread-settings.js";

/** Runs jobs of the queue until it is told to stop, or its supervisor is gone. */
export async function worker({ config, log }: Process, options: { id?: string }): Promise<void> {
  const { id = newId() } = options;
  if (!validate(id)) throw failure("ARGUMENT_INVALID", { where: "--id", received: id, allowed: "a UUID" });
  forbidTf32();
  const stopped = nextStop(config);
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
    await running.close();
    if (lost !== undefined) throw failure("WORKER_LOST", { received: lost });
  } finally {
    await store.close();
    // The channel to a supervisor would keep the process alive.
    if (process.connected) process.disconnect();
  }
}
