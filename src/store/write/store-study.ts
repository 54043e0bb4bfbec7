import { setTimeout as sleep } from "node:timers/promises";
import type { TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import { failure } from "../../errors.js";
import { shortenPath } from "../../files/paths.js";
import type { StudyRecord } from "../../model/records.js";
import type { Connection } from "../connection.js";
import { slugOf } from "../studies/slug.js";
import { writeCheckpoints } from "./checkpoints.js";
import { writeExperiments } from "./experiments.js";
import { writeLayers } from "./layers.js";
import { writeMetrics } from "./metrics.js";
import { openLedger } from "./ledger.js";
import type { StoreOutcome } from "../../model/job-payloads.js";
import { writeSeries } from "./series.js";
import { writeSettings } from "./settings.js";

/** Interval of attempts to take a lock that another import holds. */
const LOCK_MILLISECONDS = 50;

export interface StoreStudyOptions {
  /** Slug of the study. A folder other than the stored study's is added to it only if the slug is given. */
  readonly slug?: string | undefined;
  /** Returns the more precise of two readings of one number; undefined if they differ. */
  readonly morePrecise: (one: number, other: number) => number | undefined;
  /** Called in the transaction when everything is written. If it throws, nothing is stored. */
  readonly beforeCommit?: ((sql: TransactionSql, outcome: StoreOutcome) => Promise<void>) | undefined;
}

/**
 * Stores a study in one transaction. Stored data is kept: storing the same record again changes nothing, and a record that has
 * grown adds only what is new. Imports of the same slug wait for each other.
 *
 * @throws STUDY_BASE_MODEL_DIFFERS, STUDY_FOLDER_DIFFERS, and the error of `beforeCommit`
 */
export async function storeStudy(
  database: Connection,
  record: StudyRecord,
  options: StoreStudyOptions,
): Promise<StoreOutcome> {
  const slug = slugOf(options.slug ?? record.name);
  return database.sql.begin(async (sql) => {
    await lockSlug(sql, slug);
    const { id, created } = await writeStudy(sql, slug, record, options.slug !== undefined);
    const ledger = openLedger();
    const experiments = await writeExperiments(sql, id, record.experiments, ledger);
    const layers = await writeLayers(sql, id, slug, record.layers, ledger);
    const grown = await writeSeries(sql, experiments, ledger);
    await writeSettings(sql, experiments, ledger);
    await writeMetrics(sql, experiments, grown, options.morePrecise, ledger);
    await writeCheckpoints(sql, experiments, layers, ledger);
    const changes = [ledger.added, ledger.updated].flatMap((counts) => Object.values(counts) as number[]);
    if (changes.some((count) => count > 0)) await sql`update study set updated_at = now() where id = ${id}`;
    const outcome = { studyId: id, slug, created, ...ledger };
    await options.beforeCommit?.(sql, outcome);
    return outcome;
  });
}

/** Repeats a non-blocking attempt: a statement that blocks for long would count as a lost connection. */
async function lockSlug(sql: TransactionSql, slug: string): Promise<void> {
  for (;;) {
    const [row] = await sql<{ locked: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${`study ${slug}`}, 0)) as locked`;
    if (row?.locked === true) return;
    await sleep(LOCK_MILLISECONDS);
  }
}

async function writeStudy(
  sql: TransactionSql,
  slug: string,
  { name, baseModel, folder }: StudyRecord,
  joins: boolean,
): Promise<{ id: string; created: boolean }> {
  const [stored] = await sql<{ id: string; baseModel: string | null; folder: string }[]>`
    select id, base_model as "baseModel", folder from study where slug = ${slug}`;
  if (stored === undefined) {
    const id = newId();
    await sql`insert into study (id, slug, name, base_model, folder) values (${id}, ${slug}, ${name}, ${baseModel}, ${folder})`;
    return { id, created: true };
  }
  if (stored.baseModel !== null && baseModel !== null && stored.baseModel !== baseModel) {
    throw failure("STUDY_BASE_MODEL_DIFFERS", { where: slug, received: baseModel, allowed: stored.baseModel });
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
