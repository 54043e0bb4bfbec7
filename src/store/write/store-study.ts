import type { TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import { failure } from "../../errors.js";
import { shortenPath } from "../../files/paths.js";
import { haveOneBaseModel } from "../../model/base-model-name.js";
import type { StoreOutcome } from "../../model/job-payloads.js";
import type { ExperimentRecord, StudyRecord } from "../../model/records.js";
import { deletedRunNames } from "../deletion/deleted-runs.js";
import { advanceRevision, writtenRows } from "./advance-revision.js";
import { writeCheckpoints } from "./checkpoints.js";
import { writeEvaluations } from "./evaluations.js";
import { writeExperiments, type StoredExperiment } from "./experiments.js";
import type { StoredStudy } from "./label-studies.js";
import { writeLayers } from "./layers.js";
import { openLedger, type Ledger } from "./ledger.js";
import { writeMetricDirections } from "./metric-directions.js";
import { writeMetrics } from "./metrics.js";
import { writePredictions, type ReadPredictionTexts } from "./predictions.js";
import { writeSeries } from "./series.js";
import { writeSettings } from "./settings.js";
import { describeContradiction, makeStatements, withdrawStatements, type Statement } from "./statements.js";

export interface StoreStudyOptions {
  readonly slug: string;
  /** Whether the folder is added to a study that was imported from another one. */
  readonly joins: boolean;
  /** Returns the more precise of two readings of one number; undefined if they differ. */
  readonly morePrecise: (one: number, other: number) => number | undefined;
  readonly readPredictionTexts: ReadPredictionTexts;
}

/**
 * Stores one study in a transaction.
 *
 * Deleted runs of the folder are left out and reported.
 *
 * @throws STUDY_BASE_MODEL_DIFFERS, STUDY_FOLDER_DIFFERS, STUDY_DELETED
 */
export async function storeStudy(
  sql: TransactionSql,
  record: StudyRecord,
  { slug, joins, morePrecise, readPredictionTexts }: StoreStudyOptions,
): Promise<StoreOutcome> {
  const before = await writtenRows(sql);
  const { id, created } = await writeStudy(sql, slug, record, joins);
  const ledger = openLedger();
  const known = created ? [] : await sql<{ id: string }[]>`select id from experiment where study_id = ${id}`;
  const statements = await withdrawStatements(
    sql,
    known.map((row) => row.id),
  );
  const kept = await withoutDeleted(sql, id, record.experiments, ledger);
  const experiments = await writeExperiments(sql, id, kept, ledger);
  const layers = await writeLayers(sql, id, slug, record.layers, ledger);
  const grown = await writeSeries(sql, experiments, ledger);
  await writeSettings(sql, experiments, ledger);
  await writeMetricDirections(sql, id, record.metricDirections ?? [], { joins, ledger });
  await writeEvaluations(sql, experiments, ledger);
  await writePredictions(sql, experiments, readPredictionTexts, ledger);
  await writeMetrics(sql, experiments, grown, morePrecise, ledger);
  await writeCheckpoints(sql, experiments, layers, ledger);
  await repeatStatements(sql, statements, experiments, ledger);
  const changes = [ledger.added, ledger.updated].flatMap((counts) => Object.values(counts) as number[]);
  if (changes.some((count) => count > 0)) await sql`update study set updated_at = now() where id = ${id}`;
  const after = await writtenRows(sql);
  if (before === null || after === null || after > before) await advanceRevision(sql, id);
  return { studyId: id, slug, created, ...ledger };
}

/** Leaves out the runs that were deleted, and reports them. */
async function withoutDeleted(
  sql: TransactionSql,
  studyId: string,
  records: readonly ExperimentRecord[],
  ledger: Ledger,
): Promise<ExperimentRecord[]> {
  const deleted = new Set(await deletedRunNames(sql, studyId));
  for (const { name } of records) {
    if (!deleted.has(name)) continue;
    ledger.conflicts.push({
      where: name,
      message:
        "The run was deleted and is not imported. Restore it with restoreExperiment, or rankscope undelete STUDY/RUN.",
    });
  }
  return records.filter(({ name }) => !deleted.has(name));
}

/** Makes the statements of persons again. Those that contradict the folder are reported. */
async function repeatStatements(
  sql: TransactionSql,
  statements: readonly Statement[],
  experiments: readonly StoredExperiment[],
  ledger: Ledger,
): Promise<void> {
  const names = new Map(experiments.map(({ id, record }) => [id, record.name]));
  for (const { experimentId, ...contradiction } of await makeStatements(sql, statements)) {
    const where = names.get(experimentId);
    // Other runs of the study are not in this folder.
    if (where !== undefined) ledger.conflicts.push({ where, message: describeContradiction(contradiction) });
  }
}

async function writeStudy(
  sql: TransactionSql,
  slug: string,
  { name, baseModel, folder }: StudyRecord,
  joins: boolean,
): Promise<{ id: string; created: boolean }> {
  const [stored] = await sql<StoredStudy[]>`
    select id, slug, base_model as "baseModel", folder, deleted_at as "deletedAt" from study where slug = ${slug}`;
  if (stored === undefined) {
    const id = newId();
    await sql`insert into study (id, slug, name, base_model, folder) values (${id}, ${slug}, ${name}, ${baseModel}, ${folder})`;
    return { id, created: true };
  }
  if (stored.deletedAt !== null) {
    throw failure("STUDY_DELETED", { where: slug, received: `an import; deleted ${stored.deletedAt.toISOString()}` });
  }
  if (!haveOneBaseModel(stored.baseModel, baseModel)) {
    throw failure("STUDY_BASE_MODEL_DIFFERS", {
      where: slug,
      received: baseModel ?? "none",
      allowed: stored.baseModel ?? "any",
    });
  }
  if (stored.folder !== folder && !joins) {
    throw failure("STUDY_FOLDER_DIFFERS", {
      where: slug,
      received: shortenPath(folder),
      allowed: shortenPath(stored.folder),
    });
  }
  await sql`
    update study set folder = ${folder}, base_model = coalesce(base_model, ${baseModel})
    where id = ${stored.id} and (folder, base_model) is distinct from (${folder}, coalesce(base_model, ${baseModel}))`;
  return { id: stored.id, created: false };
}
