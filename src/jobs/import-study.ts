import { failure } from "../errors.js";
import { morePrecise } from "../import/more-precise.js";
import type { ReportProgress } from "../import/records.js";
import { readStudyFolder } from "../import/study-folder.js";
import type { Database } from "../store/database.js";
import { storeStudy } from "../store/write/store-study.js";
import type { ImportRequest, ImportResult } from "./payloads.js";

/**
 * Reads a study's folder and stores what is new of it, in one transaction.
 *
 * @throws NO_RUNS where files were found but no run could be made of them; the message names the first problem
 */
export async function importStudy(
  database: Database,
  { folder, slug, name }: ImportRequest,
  report: ReportProgress = () => undefined,
): Promise<ImportResult> {
  const record = await readStudyFolder(folder, { report, ...(name !== undefined && { name }) });
  if (record.experiments.length === 0) {
    const problem = record.findings.find(({ severity }) => severity !== "info");
    throw failure("NO_RUNS", { where: record.folder, received: problem && `${problem.where}: ${problem.message}` });
  }
  const outcome = await storeStudy(database, record, { slug, morePrecise });
  return { outcome, findings: record.findings };
}
