import type { TransactionSql } from "postgres";
import { haveOneBaseModel } from "../../model/base-model-name.js";
import type { StudyRecord } from "../../model/records.js";
import { labelsOfStudies, slugOfModel, type StudyLabels } from "../studies/study-labels.js";

/** A study as it is stored before an import. */
export interface StoredStudy {
  readonly id: string;
  readonly slug: string;
  readonly baseModel: string | null;
  readonly folder: string;
  /** Null if it is not deleted. */
  readonly deletedAt: Date | null;
}

/**
 * Returns the labels of the studies. An import that had one base model before, and now has several, or the reverse, keeps the
 * slugs of its stored studies.
 */
export async function labelStudies(
  sql: TransactionSql,
  records: readonly StudyRecord[],
  plain: string,
  slug: string | undefined,
): Promise<StudyLabels[]> {
  const name = records[0]?.name ?? plain;
  const labels = labelsOfStudies(
    name,
    slug,
    records.map(({ baseModel }) => baseModel),
  );
  const ofModels = records.map(({ baseModel }) => slugOfModel(plain, baseModel));
  const rows = await sql<StoredStudy[]>`
    select id, slug, base_model as "baseModel", folder, deleted_at as "deletedAt" from study where slug = any(${[plain, ...ofModels]})`;
  const stored = new Map(rows.map((row) => [row.slug, row]));
  const continues = (row: StoredStudy | undefined, record: StudyRecord): boolean =>
    row !== undefined &&
    (slug !== undefined || row.folder === record.folder) &&
    haveOneBaseModel(row.baseModel, record.baseModel);
  return records.map((record, i) => {
    const label = labels[i] ?? { slug: plain, name };
    const ofModel = ofModels[i] ?? plain;
    const isNumbered = records.length > 1 && label.slug !== ofModel;
    if (isNumbered) return label;
    const plainStudy = stored.get(plain);
    if (records.length > 1) {
      const keeps = continues(plainStudy, record) && plainStudy?.baseModel !== null && record.baseModel !== null;
      return keeps ? { slug: plain, name } : label;
    }
    const keeps = !continues(plainStudy, record) && continues(stored.get(ofModel), record);
    return keeps ? { slug: ofModel, name } : label;
  });
}
