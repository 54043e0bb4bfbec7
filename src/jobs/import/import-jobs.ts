import { failure, RankscopeError, UNFORESEEN } from "../../errors.js";
import type { Log } from "../../log.js";
import type { ImportJobs, ImportRequest, JobRequester } from "../../model/job-payloads.js";
import type { ReportProgress } from "../../model/records.js";
import type { WeightStore } from "../../model/weight-store.js";
import type { Database } from "../../store/database.js";
import { createJob, HEARTBEAT_SECONDS, touchJob } from "../../store/queue/jobs.js";
import { endJob } from "../../store/queue/progress.js";
import type { JobObserver } from "../job-run.js";
import { importStudy } from "./import-study.js";
import { recheckImport } from "./recheck-import.js";

/** Minimum interval between two writes of an import's progress. */
const PROGRESS_MILLISECONDS = 500;
/** Maximum time for a running import to end when the server stops. */
const STOP_MILLISECONDS = 5000;

interface ImportJobsOptions {
  readonly database: Database;
  readonly weights: WeightStore;
  readonly log: Log;
  /** Maximum number of imports that wait while another one runs. */
  readonly maxWaiting?: number;
  readonly observe?: JobObserver | undefined;
}

/** Runs the imports that the server's clients request, one after the other; each has a row in the job table. */
export function openImportJobs({
  database,
  weights,
  log,
  maxWaiting = Infinity,
  observe,
}: ImportJobsOptions): ImportJobs {
  let unfinished = 0;
  let last: Promise<void> = Promise.resolve();
  const stopping = new AbortController();

  function touch(id: string, progress?: Parameters<typeof touchJob>[2]): void {
    touchJob(database, id, progress).catch((err: unknown) => log.warn({ err, job: id }, "progress was not written"));
  }

  function progressReport(id: string): ReportProgress {
    let written = -Infinity;
    return (progress) => {
      if (performance.now() - written < PROGRESS_MILLISECONDS) return;
      written = performance.now();
      touch(id, progress);
    };
  }

  async function run(id: string, request: ImportRequest, requester: JobRequester, queued: number): Promise<void> {
    try {
      const result = await observed(observe, queued, async () => {
        stopping.signal.throwIfAborted();
        await recheckImport(database, request, requester);
        return importStudy({ database, weights }, request, progressReport(id), stopping.signal);
      });
      await endJob(database, id, { status: "SUCCEEDED", message: "imported", result });
    } catch (error) {
      log.warn({ err: error, job: id }, "an import failed");
      const message = error instanceof RankscopeError ? error.message : UNFORESEEN;
      await endJob(database, id, { status: "FAILED", message });
    }
  }

  async function start(request: ImportRequest, requester: JobRequester = {}) {
    if (unfinished > maxWaiting) throw queueFull(unfinished, maxWaiting);
    unfinished++;
    const message = `waiting to read ${request.where ?? request.folder}`;
    const id = await createJob(database, "IMPORT", message, requester).catch((error: unknown) => {
      unfinished--;
      throw error;
    });
    const queued = performance.now();
    // A job that waits must show that it is alive too.
    const heartbeat = setInterval(() => touch(id), HEARTBEAT_SECONDS * 1000);
    last = last
      .then(() => run(id, request, requester, queued))
      .catch((err: unknown) => log.error({ err, job: id }, "the end of an import was not written"))
      .finally(() => {
        unfinished--;
        clearInterval(heartbeat);
      });
    return { id, finished: last };
  }

  return {
    start,
    async close() {
      const timer = setTimeout(() => stopping.abort(failure("SERVER_STOPPING")), STOP_MILLISECONDS);
      await last;
      clearTimeout(timer);
    },
  };
}

function queueFull(unfinished: number, maxWaiting: number): RankscopeError {
  return failure("QUEUE_FULL", {
    received: `an import beside the ${unfinished} that run or wait`,
    allowed: `${maxWaiting} that wait`,
    fix: "Try again when some have ended; imports run one after the other.",
  });
}

/**
 * Runs an import and reports it to `observe` before its job ends, so that clients that wait for the job find it counted.
 *
 * @param queued when the import was queued, by performance.now()
 */
async function observed<Result>(
  observe: JobObserver | undefined,
  queued: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  let outcome: "succeeded" | "failed" = "failed";
  try {
    const result = await work();
    outcome = "succeeded";
    return result;
  } finally {
    observe?.({
      kind: "IMPORT",
      urgency: "IMPORT",
      outcome,
      waitSeconds: (started - queued) / 1000,
      runSeconds: (performance.now() - started) / 1000,
      computeSeconds: null,
      computed: [],
    });
  }
}
