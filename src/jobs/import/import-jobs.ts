import { failure, RankscopeError, UNFORESEEN } from "../../errors.js";
import type { Log } from "../../log.js";
import type { ImportJobs, ImportRequest, JobRequester } from "../../model/job-payloads.js";
import type { ReportProgress } from "../../model/records.js";
import type { Database } from "../../store/database.js";
import { takeImportTurn } from "../../store/queue/import-turn.js";
import { createJob, HEARTBEAT_SECONDS, touchJob } from "../../store/queue/jobs.js";
import { endJob } from "../../store/queue/progress.js";
import type { WeightStoreSettings } from "../../weights/settings.js";
import type { JobObserver } from "../job-run.js";
import type { JobWatch } from "../job-watch.js";
import { openImportProcess, type ImportBounds, type ImportProcess } from "./import-process.js";
import { openImportQueue } from "./import-queue.js";
import { recheckImport } from "./recheck-import.js";

/** Minimum interval between two writes of an import's progress. */
const PROGRESS_MILLISECONDS = 500;
/** Maximum time for a running import to complete when the server stops. */
const STOP_MILLISECONDS = 1500;

interface ImportJobsOptions {
  readonly database: Pick<Database, "sql" | "url">;
  readonly weights: WeightStoreSettings;
  readonly watch: JobWatch;
  readonly bounds: ImportBounds;
  readonly log: Log;
  /** Maximum number of imports that wait while another one runs. */
  readonly maxWaiting?: number;
  /** The same for the imports of one token. */
  readonly maxWaitingEach?: number;
  readonly observe?: JobObserver | undefined;
}

interface RunOptions extends ImportJobsOptions {
  readonly importProcess: ImportProcess;
}

/** An import that was accepted. */
interface AcceptedImport {
  readonly id: string;
  readonly request: ImportRequest;
  readonly requester: JobRequester;
  /** When it was accepted, by performance.now(). */
  readonly accepted: number;
  /** Called when it has ended. */
  onEnd(): void;
}

/**
 * Runs the imports that the server's clients request. One import of a database runs at a time, whatever the number of servers.
 * Clients of this server take turns. Each import has a row in the job table and a process of its own.
 */
export function openImportJobs(options: ImportJobsOptions): ImportJobs {
  const { database, log, maxWaiting = Infinity, maxWaitingEach = Infinity } = options;
  const queue = openImportQueue<AcceptedImport>();
  const importProcess = openImportProcess(options.bounds);
  /** Unfinished imports by the id of the client's token. */
  const unfinished = new Map<string | undefined, number>();
  let isClosing = false;
  const stopping = new AbortController();
  /** Resolves when no import runs or waits; undefined if that is so. */
  let running: Promise<void> | undefined;

  function checkRoom(client: string | undefined): void {
    const total = [...unfinished.values()].reduce((sum, count) => sum + count, 0);
    if (total > maxWaiting) throw queueFull(total, maxWaiting);
    const own = unfinished.get(client) ?? 0;
    if (own > maxWaitingEach) throw queueFull(own, maxWaitingEach, " of this token");
  }

  function count(client: string | undefined, change: 1 | -1): void {
    const changed = (unfinished.get(client) ?? 0) + change;
    if (changed === 0) unfinished.delete(client);
    else unfinished.set(client, changed);
  }

  async function runAll(): Promise<void> {
    for (let next = queue.next(); next !== undefined; next = queue.next()) {
      const { id, onEnd } = next;
      await runImport({ ...options, importProcess }, next, stopping.signal).catch((err: unknown) =>
        log.error({ err, job: id }, "the end of an import was not written"),
      );
      onEnd();
    }
    running = undefined;
  }

  return {
    async start(request, requester = {}) {
      const client = requester.requestedBy;
      if (isClosing) throw failure("SERVER_STOPPING");
      checkRoom(client);
      count(client, 1);
      const message = `waiting to read ${request.where ?? request.folder}`;
      const id = await createJob(database, "IMPORT", message, requester).catch((error: unknown) => {
        count(client, -1);
        throw error;
      });
      // A job that waits must show that it is alive too.
      const heartbeat = setInterval(() => touch(options, id), HEARTBEAT_SECONDS * 1000);
      const finished = new Promise<void>((resolve) => {
        const onEnd = () => {
          count(client, -1);
          clearInterval(heartbeat);
          resolve();
        };
        queue.add(client, { id, request, requester, accepted: performance.now(), onEnd });
      });
      running ??= runAll();
      return { id, finished };
    },
    async close() {
      isClosing = true;
      const timer = setTimeout(() => stopping.abort(failure("SERVER_STOPPING")), STOP_MILLISECONDS);
      await running;
      clearTimeout(timer);
      importProcess.close();
    },
  };
}

/** Runs an import when it is its turn, and records how it ended. */
async function runImport(options: RunOptions, accepted: AcceptedImport, stopping: AbortSignal): Promise<void> {
  const { database, watch, observe, log } = options;
  const { id } = accepted;
  const cancelled = new AbortController();
  const done = new AbortController();
  const cancelling = watch.ended([id], { milliseconds: Infinity, signal: done.signal }).then(
    () => cancelled.abort(failure("JOB_CANCELLED")),
    () => undefined,
  );
  try {
    await observed(observe, accepted.accepted, cancelled.signal, () =>
      inTurn(options, accepted, AbortSignal.any([stopping, cancelled.signal])),
    );
  } catch (error) {
    if (!cancelled.signal.aborted) log.warn({ err: error, job: id }, "an import failed");
    const message = error instanceof RankscopeError ? error.message : UNFORESEEN;
    // A job that was cancelled has ended already and stays so.
    await endJob(database, id, { status: "FAILED", message });
  } finally {
    done.abort();
    await cancelling;
  }
}

/** Waits for the turn, checks the import again, and runs it. Its job ends with the transaction that stores the study. */
async function inTurn(
  options: RunOptions,
  { id, request, requester }: AcceptedImport,
  signal: AbortSignal,
): Promise<void> {
  const { database, weights, importProcess } = options;
  const { url } = database;
  const turn = await takeImportTurn(url, { signal });
  try {
    await recheckImport(database, request, requester);
    const report = progressReport(options, id);
    await importProcess.run({ url, weights, request, job: id }, { report, signal });
  } finally {
    await turn.release();
  }
}

function progressReport(options: ImportJobsOptions, id: string): ReportProgress {
  let written = -Infinity;
  return (progress) => {
    if (performance.now() - written < PROGRESS_MILLISECONDS) return;
    written = performance.now();
    touch(options, id, progress);
  };
}

function touch({ database, log }: ImportJobsOptions, id: string, progress?: Parameters<typeof touchJob>[2]): void {
  touchJob(database, id, progress).catch((err: unknown) => log.warn({ err, job: id }, "progress was not written"));
}

function queueFull(unfinished: number, maximum: number, whose = ""): RankscopeError {
  return failure("QUEUE_FULL", {
    received: `an import beside the ${unfinished}${whose} that run or wait`,
    allowed: `${maximum} that wait`,
    fix: "Try again when some have ended; imports run one after the other.",
  });
}

/**
 * Runs an import and reports it to `observe`.
 *
 * @param accepted when the import was accepted, by performance.now()
 */
async function observed(
  observe: JobObserver | undefined,
  accepted: number,
  cancelled: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const started = performance.now();
  let succeeded = false;
  try {
    await work();
    succeeded = true;
  } finally {
    const failed = cancelled.aborted ? "cancelled" : "failed";
    observe?.({
      kind: "IMPORT",
      urgency: "IMPORT",
      outcome: succeeded ? "succeeded" : failed,
      waitSeconds: (started - accepted) / 1000,
      runSeconds: (performance.now() - started) / 1000,
      computeSeconds: null,
      computed: [],
    });
  }
}
