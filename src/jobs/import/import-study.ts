import path from "node:path";
import { failure, RankscopeError } from "../../errors.js";
import { limitConflicts, limitFindings } from "../../import/findings.js";
import { morePrecise } from "../../import/assemble/more-precise.js";
import { readPredictionTexts } from "../../import/predictions/read-prediction-sets.js";
import { readFolder } from "../../import/read-folder.js";
import { SERVER_ACTOR } from "../../model/audit.js";
import type { ImportRequest, StoreOutcome, SummarisedImport } from "../../model/job-payloads.js";
import type { FolderRecord, ReportProgress } from "../../model/records.js";
import type { WeightStore } from "../../model/weight-store.js";
import { recordAudit } from "../../store/audit/record-audit.js";
import type { Connection } from "../../store/connection.js";
import { saveBaseModelIn } from "../../store/base-models.js";
import { endJobIn } from "../../store/queue/progress.js";
import { findStudyBases } from "./find-study-bases.js";
import { summariseStudy } from "./summarise-study.js";
import { storeStudies } from "../../store/write/store-studies.js";

interface ImportOptions {
  /** Id of the import's job, which ends in the transaction that stores the study; undefined for an import without a job. */
  readonly job?: string | undefined;
  readonly report?: ReportProgress | undefined;
  /** Observed until the transaction begins. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a folder, keeps its weight files, and stores what is new of its studies in one transaction. Files are kept before the
 * transaction, so that a failure leaves at most unreferenced files.
 *
 * @throws NO_RUNS where the files make up no run (the message names the first problem); JOB_CANCELLED if the job has ended, in
 * which case nothing is stored; the reason of `signal`
 */
export async function importStudy(
  { database, weights }: { readonly database: Connection; readonly weights: WeightStore },
  { folder, where, revision, hubCache, slug, name, allowedSlugs, actor = SERVER_ACTOR }: ImportRequest,
  { job, report = () => undefined, signal }: ImportOptions = {},
): Promise<SummarisedImport> {
  const record = await readFolder(folder, { report, where, revision, signal, ...(name !== undefined && { name }) });
  const { studies } = record;
  if (studies.length === 0) {
    const problem = record.findings.find(({ severity }) => severity !== "info");
    throw failure("NO_RUNS", { where: where ?? folder, received: problem && `${problem.where}: ${problem.message}` });
  }
  await keepWeights(weights, record, report, signal);
  // The measurements of all studies run on a registered model, so that a client for some studies registers none.
  const mayRegister = allowedSlugs === undefined;
  const bases = await findStudyBases(database, record, { hubCache, mayRegister, report, signal });
  const all = [...record.findings, ...bases.findings];
  // A server reads the results of its jobs on the thread that serves requests.
  const findings = job === undefined ? all : limitFindings(all);
  signal?.throwIfAborted();
  const outcomes = await storeStudies(database, studies, {
    slug,
    allowedSlugs,
    morePrecise,
    readPredictionTexts,
    beforeCommit: async (sql, stored) => {
      for (const model of bases.models) await saveBaseModelIn(sql, model, actor);
      for (const { slug: study, created, added, updated } of stored) {
        const details = { folder: where ?? folder, created, added, updated };
        await recordAudit(sql, actor, { action: "IMPORTED", study, subject: job ?? null, details });
      }
      if (job === undefined) return;
      const result = { outcomes: stored.map(withLimitedConflicts), findings };
      const slugs = stored.map((outcome) => outcome.slug);
      const end = { status: "SUCCEEDED", message: "imported", result, studies: slugs } as const;
      if (!(await endJobIn(sql, job, end))) throw failure("JOB_CANCELLED");
    },
  });
  return {
    outcomes: (job === undefined ? outcomes : outcomes.map(withLimitedConflicts)) as [StoreOutcome, ...StoreOutcome[]],
    findings,
    studies: studies.map((study, i) => summariseStudy(study, { slug: outcomes[i]?.slug ?? "", name: study.name })),
  };
}

function withLimitedConflicts(outcome: StoreOutcome): StoreOutcome {
  return { ...outcome, conflicts: limitConflicts(outcome.conflicts) };
}

/** Keeps every weight file of the studies, one after the other, since each is read whole. */
async function keepWeights(
  weights: WeightStore,
  { folder, studies }: FolderRecord,
  report: ReportProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const experiments = studies.flatMap((study) => study.experiments);
  const all = experiments.flatMap(({ checkpoints }) => checkpoints.flatMap(({ files }) => files));
  const distinct = new Map(all.map((file) => [file.hash, file]));
  let done = 0;
  for (const file of distinct.values()) {
    signal?.throwIfAborted();
    const where = path.relative(folder, file.path).split(path.sep).join("/");
    report({ stage: "keeping weight files", done: done++, total: distinct.size, message: `keeping ${where}` });
    await weights.keep(file).catch((error: unknown) => {
      if (!(error instanceof RankscopeError)) throw error;
      // The store's message has the file's path on this machine, which clients must not see.
      throw failure(error.code, { ...error.detail, where, cause: error });
    });
  }
}
