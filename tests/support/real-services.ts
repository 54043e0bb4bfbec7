import { v7 as newId } from "uuid";
import { openBehaviourFacts } from "#src/jobs/behaviour/open-behaviour-facts.js";
import { openWeightFacts } from "#src/jobs/open-weight-facts.js";
import { openImportJobs } from "#src/jobs/import/import-jobs.js";
import { openJobWatch } from "#src/jobs/job-watch.js";
import { precomputeStudy } from "#src/jobs/precompute-study.js";
import { runWorker } from "#src/jobs/worker/run-worker.js";
import { openLog } from "#src/log.js";
import type { ServerServices } from "#src/http/server-services.js";
import { openSql } from "#src/store/connection.js";
import type { Database } from "#src/store/database.js";
import { cancelJob } from "#src/store/queue/cancel-job.js";
import { openDerivationPool } from "#src/threads/derivation-pool.js";

export interface RealServices {
  readonly services: ServerServices;
  close(): Promise<void>;
}

/**
 * What a server is given by its command, with a worker in this process: queue, ONNX Runtime and notifications are the real
 * ones. Weights are read where they were imported from.
 *
 * @param url for the worker and for waiting, whose statements are then not among those of `database`
 */
export async function realServices(
  database: Database,
  {
    url,
    importRoots,
    hubCache = "/nowhere",
  }: { readonly url: string; readonly importRoots: readonly string[]; readonly hubCache?: string },
): Promise<RealServices> {
  const log = openLog("silent");
  const connection = { sql: openSql(url, { applicationName: "test worker", maxConnections: 3 }) };
  const settings = {
    engine: { provider: "cpu", breakEvenFlops: {}, cpuThreads: 1 },
    weights: { kind: "in-place" },
  } as const;
  const models = { maxBytes: 2 ** 30, largestBytes: 2 ** 30 };
  const worker = await runWorker({ id: newId(), connection, url, threads: 1, settings, models, log });
  const watch = openJobWatch(connection, log);
  const derivationPool = openDerivationPool();
  const bounds = { megabytes: 512, stallSeconds: 600 };
  const imports = openImportJobs({ database, weights: settings.weights, watch, bounds, log });
  return {
    services: {
      database,
      weights: openWeightFacts({ connection: database, watch, log }),
      behaviour: openBehaviourFacts({ connection: database, watch, log, ownModelBytes: models.largestBytes }),
      derivationPool,
      waitMilliseconds: 20_000,
      jobs: {
        watch,
        precompute: (studyId, requester, actor) => precomputeStudy(database, studyId, { requester, actor }),
        cancel: (id, actor) => cancelJob(database, id, actor),
      },
      imports,
      importRoots,
      hubCache,
      log,
    },
    async close() {
      await imports.close();
      await derivationPool.close();
      await worker.close();
      await watch.close();
      await connection.sql.end();
    },
  };
}
