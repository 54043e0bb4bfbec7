/**
 * The entry of an import process, which reads and stores one study after the other. Its parent sends the tasks and may end it at
 * any time: PostgreSQL then rolls the transaction back.
 */

import { subscribe } from "node:diagnostics_channel";
import { Worker } from "node:worker_threads";
import { failure, RankscopeError, type ErrorCode } from "../../errors.js";
import { OPENED_FILES, type OpenedFile } from "../../files/open-file.js";
import type { ImportPreview } from "../../model/import-preview.js";
import type { ImportRequest, SummarisedImport } from "../../model/job-payloads.js";
import type { ReportProgress } from "../../model/records.js";
import { closeSql, openSql } from "../../store/connection.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import type { WeightStoreSettings } from "../../weights/settings.js";
import { importStudy } from "./import-study.js";
import { previewImport } from "./preview-import.js";

/** The task of an import process: an import that is stored, or its preview, which needs no database. */
export type ImportTask = StoringTask | PreviewTask;

export interface StoringTask {
  /** URL of the database, with its password. */
  readonly url: string;
  readonly weights: WeightStoreSettings;
  readonly request: ImportRequest;
  /** Id of the import's job; undefined for an import without a job. */
  readonly job?: string | undefined;
}

export interface PreviewTask {
  readonly request: ImportRequest;
  /** Name of a run whose values are explained. */
  readonly explain?: string | undefined;
}

/** An error of the catalogue as data, since errors lose their class between processes. */
export interface ImportFailure {
  readonly code: ErrorCode;
  readonly detail: {
    readonly where?: string;
    readonly received?: string;
    readonly allowed?: string;
    readonly fix?: string;
  };
}

/** A message of an import process to its parent. The last one of a task is a result, a failure or a fault. */
export type ImportMessage =
  | { readonly progress: Parameters<ReportProgress>[0] }
  /** A file that is read now, and is so large that it may exceed a bound. */
  | { readonly reading: string }
  | { readonly result: SummarisedImport }
  | { readonly preview: ImportPreview }
  | { readonly failure: ImportFailure }
  /** The stack of an error that is not in the catalogue. */
  | { readonly fault: string };

/** Size from which a file's name is sent before it is read. */
const LARGE_BYTES = 2 ** 16;

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort(failure("SERVER_STOPPING")));
// Ctrl-C reaches the parent too, which ends this process.
process.on("SIGINT", () => undefined);
// A thread notices the end of the parent at any time, this one only between two tasks.
new Worker(new URL("./parent-watch.js", import.meta.url), { workerData: process.ppid, execArgv: [] }).unref();
// The parent has ended, or needs this process no longer.
process.once("disconnect", () => process.exit());
process.on("message", (task) => void run(task as ImportTask).then(tell));
subscribe(OPENED_FILES, (message) => {
  const { where, size } = message as OpenedFile;
  if (size >= LARGE_BYTES) tell({ reading: where });
});

async function run(task: ImportTask): Promise<ImportMessage> {
  return "url" in task ? store(task) : preview(task);
}

async function preview({ request, explain }: PreviewTask): Promise<ImportMessage> {
  try {
    return { preview: await previewImport(request, { explain, report, signal: stop.signal }) };
  } catch (error) {
    return messageOf(error);
  }
}

async function store({ url, weights: settings, request, job }: StoringTask): Promise<ImportMessage> {
  const database = { sql: openSql(url, { applicationName: "rankscope import", maxConnections: 2 }) };
  const weights = await openWeightStore(settings);
  try {
    const result = await importStudy({ database, weights }, request, { job, report, signal: stop.signal });
    return { result };
  } catch (error) {
    return messageOf(error);
  } finally {
    await weights.close();
    await closeSql(database.sql);
  }
}

function report(progress: Parameters<ReportProgress>[0]): void {
  tell({ progress });
}

function tell(message: ImportMessage): void {
  // An error means that the parent has ended, upon which this process ends too.
  process.send?.(message, () => undefined);
}

function messageOf(error: unknown): ImportMessage {
  if (!(error instanceof RankscopeError))
    return { fault: error instanceof Error ? String(error.stack) : String(error) };
  const { where, received, allowed, fix } = error.detail;
  const detail = {
    ...(where !== undefined && { where }),
    ...(received !== undefined && { received }),
    ...(allowed !== undefined && { allowed }),
    ...(fix !== undefined && { fix }),
  };
  return { failure: { code: error.code, detail } };
}
