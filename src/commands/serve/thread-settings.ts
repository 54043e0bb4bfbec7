import { hostname } from "node:os";
import type { Config } from "../../config.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { ThreadSettings } from "../../jobs/compute/compute-thread.js";
import { findCrossings } from "../../store/calibrations.js";
import type { Database } from "../../store/database.js";
import { weightSettings } from "../weight-settings.js";

/** Returns the settings of a worker's compute threads: providers, measured break-even sizes and the weight store. */
export async function threadSettings(config: Config, database: Pick<Database, "prisma">): Promise<ThreadSettings> {
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
