import { hostname } from "node:os";
import type { Config } from "../../config.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { ThreadSettings } from "../../jobs/compute/compute-thread.js";
import { findCrossings } from "../../store/calibrations.js";
import type { Database } from "../../store/database.js";
import { weightSettings } from "../weight-settings.js";

/** What a worker's threads are started with: which provider to use for what, and where weights lie. */
export async function threadSettings(config: Config, database: Pick<Database, "prisma">): Promise<ThreadSettings> {
  return {
    engine: {
      provider: config.provider,
      breakEvenFlops: await findCrossings(database, hostname(), KERNEL_VERSION),
      // Parallelism is across threads of the worker, each with its own sessions: one inside each keeps them from fighting.
      cpuThreads: 1,
    },
    weights: weightSettings(config),
  };
}
