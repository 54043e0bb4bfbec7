import { environmentFor } from "../../config.js";
import type { ServerServices } from "../../http/server-services.js";
import { openImportJobs } from "../../jobs/import/import-jobs.js";
import type { ImportBounds } from "../../jobs/import/import-process.js";
import { openJobWatch } from "../../jobs/job-watch.js";
import { openBehaviourFacts } from "../../jobs/behaviour/open-behaviour-facts.js";
import { openWeightFacts } from "../../jobs/open-weight-facts.js";
import { precomputeStudy } from "../../jobs/precompute-study.js";
import { openSupervisor } from "../../jobs/worker/supervisor.js";
import type { Limits } from "../../model/limits.js";
import type { WeightStore } from "../../model/weight-store.js";
import type { ServerMetrics } from "../../observe/open-metrics.js";
import { openStore } from "../../store/database.js";
import { cancelJob } from "../../store/queue/cancel-job.js";
import { readFleet } from "../../store/queue/fleet.js";
import { countWorkers } from "../../store/queue/workers.js";
import { openDerivationPool } from "../../threads/derivation-pool.js";
import { restrictFiles } from "../../weights/restrict-files.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import type { Process } from "../process.js";
import { osUser } from "../os-user.js";
import { weightSettings } from "../weight-settings.js";
import { allStatements, openConfiguredTracing } from "./observers.js";

interface OpenServices {
  readonly services: ServerServices;
  readonly weightStore: WeightStore;
  /** Starts the workers of this process. If it is not called, the first job queued while no worker is alive starts them. */
  startWorkers(): void;
  close(): Promise<void>;
}

const BYTES_PER_MEGABYTE = 1e6;
/** Memory of stored facts about weights that are kept, as a share of the memory of cached rows of studies. */
const FACTS_SHARE = 1 / 8;

/** Maximum number of database connections of a command. */
export const MAX_CONNECTIONS = 10;

/**
 * Opens the services that commands use: the store (migrated to this version's schema), the job queue, workers and imports. With
 * `exclusive`, it fails if another process owns the embedded PostgreSQL; otherwise it shares that PostgreSQL.
 */
export async function openServices(
  { config, log }: Process,
  options: {
    readonly purpose: string;
    readonly exclusive: boolean;
    readonly address?: string;
    /** Metrics of a server with a pool of MAX_CONNECTIONS connections. */
    readonly metrics?: ServerMetrics;
  },
): Promise<OpenServices> {
  const { metrics, ...storeOptions } = options;
  const tracing = await openConfiguredTracing(config, "rankscope");
  const observe = allStatements([metrics?.statements, tracing?.statements]);
  const database = await openStore(config, { ...storeOptions, maxConnections: MAX_CONNECTIONS, observe, log });
  metrics?.watchFleet(() => readFleet(database));
  const weightsAt = weightSettings(config);
  if (weightsAt.kind === "directory") await restrictFiles(weightsAt.directory);
  const weightStore = await openWeightStore(weightsAt);
  const watch = openJobWatch(database, log);
  const environment = environmentFor(database.url);
  const supervisors = Array.from({ length: config.workers }, () =>
    openSupervisor({ connection: database, environment, observe: metrics?.jobs, log }),
  );
  const startWorkers = () => {
    for (const supervisor of supervisors) supervisor.start();
  };
  const expectsOwnWorker = supervisors.length > 0;
  const isWorkerAlive = async () => {
    try {
      return (await countWorkers(database)) > 0;
    } catch (err) {
      log.warn({ err }, "cannot count the live workers");
      return true;
    }
  };
  const ensureWorker = async () => {
    if (await isWorkerAlive()) return true;
    startWorkers();
    return expectsOwnWorker;
  };
  const limits = config.limits;
  const derivationPool = openDerivationPool({ threads: config.derivationThreads });
  const imports = openImportJobs({
    database,
    weights: weightSettings(config),
    watch,
    bounds: importBounds(limits),
    log,
    maxWaiting: limits.importsWaiting,
    maxWaitingEach: limits.importsWaitingEach,
    observe: metrics?.jobs,
  });
  return {
    services: {
      database,
      weights: openWeightFacts({
        connection: database,
        watch,
        log,
        ensureWorker,
        bounds: limits,
        cacheBytes: limits.cacheMegabytes * BYTES_PER_MEGABYTE * FACTS_SHARE,
        observe: metrics?.facts,
      }),
      behaviour: openBehaviourFacts({
        connection: database,
        watch,
        log,
        ensureWorker,
        bounds: limits,
        ownModelBytes: expectsOwnWorker ? config.largestModelBytes : 0,
      }),
      derivationPool,
      waitMilliseconds: config.waitMilliseconds,
      jobs: {
        watch,
        hasWorker: async () => expectsOwnWorker || (await isWorkerAlive()),
        precompute: (studyId, requester, actor) =>
          precomputeStudy(database, studyId, { requester, actor, bounds: limits, onQueued: () => void ensureWorker() }),
        cancel: (id, actor) => cancelJob(database, id, actor),
      },
      imports,
      importRoots: config.importRoots,
      hubCache: config.hubCache,
      osUser: osUser(),
      deleteGraceSeconds: config.deleteGraceSeconds,
      log,
      metrics,
      filesAt: config.directory,
      isTraced: tracing !== undefined,
    },
    weightStore,
    startWorkers,
    async close() {
      await Promise.all([
        imports.close(),
        derivationPool.close(),
        ...supervisors.map((supervisor) => supervisor.close()),
      ]);
      await watch.close();
      await weightStore.close();
      await database.close();
      await tracing?.close();
    },
  };
}

/** Returns the bounds of an import's process. */
export function importBounds({ importMegabytes, importStallSeconds }: Limits): ImportBounds {
  return { megabytes: importMegabytes, stallSeconds: importStallSeconds };
}
