import { failure, RankscopeError, UNFORESEEN } from "../errors.js";
import type { ReportProgress } from "../model/records.js";
import type { Log } from "../log.js";
import type { Database } from "../store/database.js";
import { createJob, HEARTBEAT_SECONDS, touchJob } from "../store/jobs.js";
import { endJob } from "../store/queue/progress.js";
import type { WeightStore } from "../model/weight-store.js";
import { importStudy } from "./import-study.js";
import type { JobObserver } from "./job-run.js";
import type { ImportJobs, ImportRequest } from "../model/job-payloads.js";

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
  observe,
}: {
  readonly database: Database;
  readonly weights: WeightStore;
  readonly log: Log;
  /** How many may wait for their turn beside the one that runs. */
  readonly mostWaiting?: number;
  readonly observe?: JobObserver | undefined;
}): ImportJobs {
  let unfinished = 0;
  let last: Promise<void> = Promise.resolve();
  const stopping = new AbortController();

  async function run(id: string, request: ImportRequest, queued: number): Promise<void> {
    let written = -Infinity;
    try {
      const report: ReportProgress = (progress) => {
        if (performance.now() - written < PROGRESS_MILLISECONDS) return;
        written = performance.now();
        touch(id, progress);
      };
      const result = await observed(queued, () => {
        stopping.signal.throwIfAborted();
        return importStudy({ database, weights }, request, report, stopping.signal);
      });
      await endJob(database, id, { status: "SUCCEEDED", message: "imported", result });
    } catch (error) {
      log.warn({ err: error, job: id }, "an import failed");
      await endJob(database, id, {
        status: "FAILED",
        message: error instanceof RankscopeError ? error.message : UNFORESEEN,
      });
    }
  }

  /**
   * Does an import's work and tells `observe` of it before the job has ended, so that who waits for that finds it counted.
   *
   * @param queued when it was, by performance.now()
   */
  async function observed<Result>(queued: number, work: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    let outcome: "succeeded" | "failed" = "failed";
    try {
      const result = await work();
      outcome = "succeeded";
      return result;
    } finally {
      observe?.({
        ...{ kind: "IMPORT", urgency: "IMPORT", outcome, computeSeconds: null, computed: [] },
        waitSeconds: (began - queued) / 1000,
        runSeconds: (performance.now() - began) / 1000,
      });
    }
  }

  function touch(id: string, progress?: Parameters<typeof touchJob>[2]): void {
    touchJob(database, id, progress).catch((err: unknown) => log.warn({ err, job: id }, "progress was not written"));
  }

  return {
    async start(request, requester) {
      if (unfinished > mostWaiting) {
        throw failure("QUEUE_FULL", {
          received: `an import beside the ${unfinished} that run or wait`,
          allowed: `${mostWaiting} that wait`,
          todo: "Ask again when some have ended; they run one after the other.",
        });
      }
      unfinished++;
      const message = `waiting to read ${request.where ?? request.folder}`;
      const id = await createJob(database, "IMPORT", message, requester).catch((error: unknown) => {
        unfinished--;
        throw error;
      });
      const queued = performance.now();
      // A job that waits for its turn is alive too.
      const heartbeat = setInterval(() => touch(id), HEARTBEAT_SECONDS * 1000);
      last = last
        .then(() => run(id, request, queued))
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
