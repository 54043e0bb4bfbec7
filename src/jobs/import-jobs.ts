import { failure, RankscopeError, UNFORESEEN } from "../errors.js";
import type { ReportProgress } from "../import/records.js";
import type { Log } from "../log.js";
import type { Database } from "../store/database.js";
import { createJob, HEARTBEAT_SECONDS, touchJob } from "../store/jobs.js";
import { endJob } from "../store/queue/progress.js";
import type { WeightStore } from "../weights/weight-store.js";
import { importStudy } from "./import-study.js";
import type { ImportJobs, ImportRequest } from "./payloads.js";

/** How often progress is written to the store, at most. */
const PROGRESS_MILLISECONDS = 500;
/** How long an import that runs when the server stops may take to end. */
const PARTING_MILLISECONDS = 5000;

/** Runs imports that were asked for through the server, one after the other, each with a row in the job table. */
export function openImportJobs({
  database,
  weights,
  log,
  mostWaiting = Infinity,
}: {
  readonly database: Database;
  readonly weights: WeightStore;
  readonly log: Log;
  /** How many may wait for their turn beside the one that runs. */
  readonly mostWaiting?: number;
}): ImportJobs {
  let unfinished = 0;
  let last: Promise<void> = Promise.resolve();
  const stopping = new AbortController();

  async function run(id: string, request: ImportRequest): Promise<void> {
    let written = -Infinity;
    try {
      stopping.signal.throwIfAborted();
      const report: ReportProgress = (progress) => {
        if (performance.now() - written < PROGRESS_MILLISECONDS) return;
        written = performance.now();
        touch(id, progress);
      };
      const result = await importStudy({ database, weights }, request, report, stopping.signal);
      await endJob(database, id, { status: "SUCCEEDED", message: "imported", result });
    } catch (error) {
      log.warn({ err: error, job: id }, "an import failed");
      await endJob(database, id, {
        status: "FAILED",
        message: error instanceof RankscopeError ? error.message : UNFORESEEN,
      });
    }
  }

  function touch(id: string, progress?: Parameters<typeof touchJob>[2]): void {
    touchJob(database, id, progress).catch((err: unknown) => log.warn({ err, job: id }, "progress was not written"));
  }

  return {
    async start(request, asker) {
      if (unfinished > mostWaiting) {
        throw failure("QUEUE_FULL", {
          received: `an import beside the ${unfinished} that run or wait`,
          allowed: `${mostWaiting} that wait`,
          todo: "Ask again when some have ended; they run one after the other.",
        });
      }
      unfinished++;
      const message = `waiting to read ${request.where ?? request.folder}`;
      const id = await createJob(database, "IMPORT", message, asker).catch((error: unknown) => {
        unfinished--;
        throw error;
      });
      // A job that waits for its turn is alive too.
      const heartbeat = setInterval(() => touch(id), HEARTBEAT_SECONDS * 1000);
      last = last
        .then(() => run(id, request))
        .catch((err: unknown) => log.error({ err, job: id }, "the end of an import was not written"))
        .finally(() => {
          unfinished--;
          clearInterval(heartbeat);
        });
      return { id, finished: last };
    },
    async close() {
      const timer = setTimeout(() => stopping.abort(failure("SERVER_STOPPING")), PARTING_MILLISECONDS);
      await last;
      clearTimeout(timer);
    },
  };
}
