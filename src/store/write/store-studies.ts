import type { TransactionSql } from "postgres";
import { failure } from "../../errors.js";
import type { StudyRecord } from "../../model/records.js";
import type { Connection } from "../connection.js";
import { importSlug, type StudyLabels } from "../studies/study-labels.js";
import { labelStudies } from "./label-studies.js";
import { lockSlug } from "./lock-slug.js";
import type { ReadPredictionTexts } from "./predictions.js";
import { storeStudy } from "./store-study.js";
import type { StoreOutcome } from "../../model/job-payloads.js";

export interface StoreStudiesOptions {
  /** Slug of the import. A folder other than the stored study's is added to it only if the slug is given. */
  readonly slug?: string | undefined;
  /** Slugs of the only studies that may be written; undefined for all. */
  readonly allowedSlugs?: readonly string[] | undefined;
  /** Returns the more precise of two readings of one number; undefined if they differ. */
  readonly morePrecise: (one: number, other: number) => number | undefined;
  /** Reads the texts of a set of predictions. Required if a record has one. */
  readonly readPredictionTexts?: ReadPredictionTexts | undefined;
  /** Called in the transaction when everything is written. If it throws, nothing is stored. */
  readonly beforeCommit?: ((sql: TransactionSql, outcomes: readonly StoreOutcome[]) => Promise<void>) | undefined;
}

/**
 * Stores the studies of an import in one transaction: all or none. Stored data is kept: storing the same records again changes
 * nothing, and records that have grown add only what is new. Imports of the same slug wait for each other.
 *
 * @param records one per base model, with the import's name
 * @throws STUDY_BASE_MODEL_DIFFERS, STUDY_FOLDER_DIFFERS, FORBIDDEN, and the error of `beforeCommit`
 */
export async function storeStudies(
  database: Connection,
  records: readonly StudyRecord[],
  options: StoreStudiesOptions,
): Promise<StoreOutcome[]> {
  const [first] = records;
  if (first === undefined) return [];
  const { morePrecise, readPredictionTexts = noPredictionTexts } = options;
  const plain = importSlug(first.name, options.slug);
  const joins = options.slug !== undefined;
  return database.sql.begin(async (sql) => {
    await lockSlug(sql, plain);
    const labels = await labelStudies(sql, records, plain, options.slug);
    checkAllowed(labels, options.allowedSlugs);
    const further = labels.map(({ slug }) => slug).filter((slug) => slug !== plain);
    // In one order, so that two imports wait instead of deadlocking.
    for (const slug of further.sort()) await lockSlug(sql, slug);
    const outcomes: StoreOutcome[] = [];
    for (const [i, record] of records.entries()) {
      const label = labels[i];
      if (label !== undefined)
        outcomes.push(
          await storeStudy(
            sql,
            { ...record, name: label.name },
            { slug: label.slug, joins, morePrecise, readPredictionTexts },
          ),
        );
    }
    await options.beforeCommit?.(sql, outcomes);
    return outcomes;
  });
}

function noPredictionTexts(): never {
  throw new Error("The records have predictions, and no function reads their texts.");
}

/** @throws FORBIDDEN if a study is not among the allowed ones */
function checkAllowed(labels: readonly StudyLabels[], allowed: readonly string[] | undefined): void {
  const forbidden = labels.map(({ slug }) => slug).filter((slug) => allowed?.includes(slug) === false);
  if (allowed === undefined || forbidden.length === 0) return;
  throw failure("FORBIDDEN", {
    where: "the studies of the import",
    received: forbidden.join(", "),
    allowed: allowed.join(", "),
    fix: "The folder has runs of several base models, and each becomes a study. Use a token for all of them; nothing was stored.",
  });
}
