import { environmentFor } from "../../config.js";
import { openWeightFacts } from "../../jobs/open-weight-facts.js";
import { openImportJobs } from "../../jobs/import/import-jobs.js";
import { openJobWatch } from "../../jobs/job-watch.js";
import { precomputeStudy } from "../../jobs/precompute-study.js";
import { openSupervisor } from "../../jobs/worker/supervisor.js";
import { allStatements } from "../../observe/all-statements.js";
import type { ServerMetrics } from "../../observe/open-metrics.js";
import type { ServerServices } from "../../http/server-services.js";
import { openStore } from "../../store/database.js";
import { readFleet } from "../../store/queue/fleet.js";
import { countWorkers } from "../../store/queue/workers.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import type { WeightStore } from "../../model/weight-store.js";
import type { Process } from "../process.js";
import { tracingOf } from "./open-tracing.js";
import { weightSettings } from "../weight-settings.js";

export interface OpenServices {
  readonly services: ServerServices;
  readonly weightStore: WeightStore;
  /** Starts this process's workers. Commands that may need none leave it to the first job that nobody would take. */
  startWorkers(): void;
  close(): Promise<void>;
}

/** The most connections to the database that a command opens. */
export const MAX_CONNECTIONS = 10;

/**
 * Opens what commands work with: the store, brought to this version's schema, the queue, workers and imports.
 * With `exclusive`, an embedded PostgreSQL that another process owns is refused instead of shared.
 */
export async function openServices(
  { config, log }: Process,
  options: {
    readonly purpose: string;
    readonly exclusive: boolean;
    readonly address?: string;
    /** Of a server, for a pool of MAX_CONNECTIONS. */
    readonly metrics?: ServerMetrics;
  },
): Promise<OpenServices> {
  const { metrics, ...storeOptions } = options;
  const tracing = await tracingOf(config, "rankscope");
  const observe = allStatements([metrics?.statements, tracing?.statements]);
  const database = await openStore(config, { ...storeOptions, maxConnections: MAX_CONNECTIONS, observe, log });
  metrics?.watchFleet(() => readFleet(database));
  const weightStore = await openWeightStore(weightSettings(config));
  const watch = openJobWatch(database, log);
  const environment = environmentFor(database.url);
  const supervisors = Array.from({ length: config.workers }, () =>
    openSupervisor({ connection: database, environment, observe: metrics?.jobs, log }),
  );
  const startWorkers = () => {
    for (const supervisor of supervisors) supervisor.start();
  };
  const onQueued = () => {
    countWorkers(database).then(
      (alive) => {
        if (alive === 0) startWorkers();
      },
      (err: unknown) => log.warn({ err }, "it is not known whether there are workers"),
    );
  };
  const bounds = config.limits;
  const imports = openImportJobs({
    ...{ database, weights: weightStore, log, maxWaiting: bounds.importsWaiting, observe: metrics?.jobs },
  });
  return {
    services: {
      database,
      weights: openWeightFacts({ connection: database, watch, log, onQueued, bounds, observe: metrics?.facts }),
      waitMilliseconds: config.waitMilliseconds,
      jobs: {
        watch,
        precompute: (studyId, requester) => precomputeStudy(database, studyId, { requester, bounds, onQueued }),
      },
      imports,
      importRoots: config.importRoots,
      log,
      metrics,
      isTraced: tracing !== undefined,
    },
    weightStore,
    startWorkers,
    async close() {
      await Promise.all([imports.close(), ...supervisors.map((supervisor) => supervisor.close())]);
      await watch.close();
      await weightStore.close();
      await database.close();
      await tracing?.close();
    },
  };
}
