import type { StoreOutcome } from "#src/model/job-payloads.js";
import type { StudyRecord } from "#src/model/records.js";
import type { Connection } from "#src/store/connection.js";
import { storeStudies, type StoreStudiesOptions } from "#src/store/write/store-studies.js";

/** Stores one study. */
export async function storeStudy(
  database: Connection,
  record: StudyRecord,
  options: StoreStudiesOptions,
): Promise<StoreOutcome> {
  const [outcome] = await storeStudies(database, [record], options);
  if (outcome === undefined) throw new Error("nothing was stored");
  return outcome;
}
