import type { TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import { failure } from "../../errors.js";
import type { LayerRecord } from "../../model/records.js";
import { layerKey, layersByKey } from "../../model/layer-form.js";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { Ledger } from "./ledger.js";

const COLUMNS = ["id", "study_id", "name", "index", "module", "in_features", "out_features"];

/**
 * Adds new layers. Returns the ids of `records` by name. A layer that the study has under the name of another tool keeps that name.
 *
 * @throws STUDY_BASE_MODEL_DIFFERS if a stored layer of the same name has another shape
 */
export async function writeLayers(
  sql: TransactionSql,
  studyId: string,
  slug: string,
  records: readonly LayerRecord[],
  ledger: Ledger,
): Promise<Map<string, string>> {
  const stored = await sql<{ id: string; name: string; inFeatures: number; outFeatures: number }[]>`
    select id, name, in_features as "inFeatures", out_features as "outFeatures" from layer where study_id = ${studyId}`;
  const byName = new Map(stored.map((row) => [row.name, row]));
  const wanted = new Set(records.map(({ name }) => name));
  const byKey = layersByKey(stored.filter(({ name }) => !wanted.has(name)));
  const unique = layersByKey(records);
  const ids = new Map<string, string>();
  const added: CopyValue[][] = [];
  for (const record of records) {
    const { name, index, module, inFeatures, outFeatures } = record;
    const key = layerKey(record);
    const row = byName.get(name) ?? (unique.has(key) ? byKey.get(key) : undefined);
    if (row !== undefined && (row.inFeatures !== inFeatures || row.outFeatures !== outFeatures)) {
      throw failure("STUDY_BASE_MODEL_DIFFERS", {
        where: `${slug}, layer ${name}`,
        received: `${inFeatures} inputs and ${outFeatures} outputs`,
        allowed: `${row.inFeatures} and ${row.outFeatures}, as stored`,
      });
    }
    const id = row?.id ?? newId();
    ids.set(name, id);
    if (row === undefined) added.push([id, studyId, name, index, module, inFeatures, outFeatures]);
  }
  await copyRows(sql, "layer", COLUMNS, added);
  ledger.added.layers += added.length;
  return ids;
}
