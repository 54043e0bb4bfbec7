import path from "node:path";
import { failure, RankscopeError } from "../errors.js";
import { morePrecise } from "../import/assemble/more-precise.js";
import type { ReportProgress, StudyRecord } from "../model/records.js";
import { readStudyFolder } from "../import/read-study-folder.js";
import type { Database } from "../store/database.js";
import { storeStudy } from "../store/write/store-study.js";
import type { WeightStore } from "../model/weight-store.js";
import type { ImportRequest, ImportResult } from "../model/job-payloads.js";

/**
 * Reads a study's folder, keeps its weight files, and stores what is new of it in one transaction. Files are kept before
 * the database knows them: a failure leaves at most files that nothing points to.
 *
 * @throws NO_RUNS where files were found but no run could be made of them; the message names the first problem; the reason
 * of `signal`, which is heeded until the transaction begins
 */
export async function importStudy(
  { database, weights }: { readonly database: Database; readonly weights: WeightStore },
  { folder, where, slug, name }: ImportRequest,
  report: ReportProgress = () => undefined,
  signal?: AbortSignal,
): Promise<ImportResult> {
  const record = await readStudyFolder(folder, { report, where, signal, ...(name !== undefined && { name }) });
  if (record.experiments.length === 0) {
    const problem = record.findings.find(({ severity }) => severity !== "info");
    throw failure("NO_RUNS", { where: where ?? folder, received: problem && `${problem.where}: ${problem.message}` });
  }
  await keepWeights(weights, record, report, signal);
  signal?.throwIfAborted();
  const outcome = await storeStudy(database, record, { slug, morePrecise });
  return { outcome, findings: record.findings };
}

/** Keeps every weight file of the study, one after the other: each is read whole. */
async function keepWeights(
  weights: WeightStore,
  { folder, experiments }: StudyRecord,
  report: ReportProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const files = new Map(
    experiments.flatMap(({ checkpoints }) => checkpoints.flatMap((one) => one.files)).map((file) => [file.hash, file]),
  );
  let done = 0;
  for (const file of files.values()) {
    signal?.throwIfAborted();
    const place = path.relative(folder, file.path).split(path.sep).join("/");
    report({ done: done++, total: files.size, message: `keeping ${place}` });
    await weights.keep(file).catch((error: unknown) => {
      if (!(error instanceof RankscopeError)) throw error;
      // The store knows the file by its place on the machine, which is not for clients.
      throw failure(error.code, { ...error.detail, where: place, cause: error });
    });
  }
}
