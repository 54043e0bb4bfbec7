import path from "node:path";
import { failure, RankscopeError } from "../../errors.js";
import { morePrecise } from "../../import/assemble/more-precise.js";
import { readStudyFolder } from "../../import/read-study-folder.js";
import type { ImportRequest, ImportResult } from "../../model/job-payloads.js";
import type { ReportProgress, StudyRecord } from "../../model/records.js";
import type { WeightStore } from "../../model/weight-store.js";
import type { Connection } from "../../store/connection.js";
import { endJobIn } from "../../store/queue/progress.js";
import { storeStudy } from "../../store/write/store-study.js";

interface ImportOptions {
  /** Id of the import's job, which ends in the transaction that stores the study; undefined for an import without a job. */
  readonly job?: string | undefined;
  readonly report?: ReportProgress | undefined;
  /** Observed until the transaction begins. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a study's folder, keeps its weight files, and stores what is new of the study in one transaction. Files are kept
 * before the transaction, so that a failure leaves at most unreferenced files.
 *
 * @throws NO_RUNS where the files make up no run (the message names the first problem); JOB_CANCELLED if the job has ended, in
 * which case nothing is stored; the reason of `signal`
 */
export async function importStudy(
  { database, weights }: { readonly database: Connection; readonly weights: WeightStore },
  { folder, where, slug, name }: ImportRequest,
  { job, report = () => undefined, signal }: ImportOptions = {},
): Promise<ImportResult> {
  const record = await readStudyFolder(folder, { report, where, signal, ...(name !== undefined && { name }) });
  const { findings } = record;
  if (record.experiments.length === 0) {
    const problem = findings.find(({ severity }) => severity !== "info");
    throw failure("NO_RUNS", { where: where ?? folder, received: problem && `${problem.where}: ${problem.message}` });
  }
  await keepWeights(weights, record, report, signal);
  signal?.throwIfAborted();
  const outcome = await storeStudy(database, record, {
    slug,
    morePrecise,
    beforeCommit: async (sql, stored) => {
      if (job === undefined) return;
      const end = { status: "SUCCEEDED", message: "imported", result: { outcome: stored, findings } } as const;
      if (!(await endJobIn(sql, job, end))) throw failure("JOB_CANCELLED");
    },
  });
  return { outcome, findings };
}

/** Keeps every weight file of the study, one after the other, since each is read whole. */
async function keepWeights(
  weights: WeightStore,
  { folder, experiments }: StudyRecord,
  report: ReportProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const all = experiments.flatMap(({ checkpoints }) => checkpoints.flatMap(({ files }) => files));
  const distinct = new Map(all.map((file) => [file.hash, file]));
  let done = 0;
  for (const file of distinct.values()) {
    signal?.throwIfAborted();
    const where = path.relative(folder, file.path).split(path.sep).join("/");
    report({ done: done++, total: distinct.size, message: `keeping ${where}` });
    await weights.keep(file).catch((error: unknown) => {
      if (!(error instanceof RankscopeError)) throw error;
      // The store's message has the file's path on this machine, which clients must not see.
      throw failure(error.code, { ...error.detail, where, cause: error });
    });
  }
}
