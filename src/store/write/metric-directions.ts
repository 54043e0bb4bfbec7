import type { TransactionSql } from "postgres";
import type { StudyDirection, StudyDirections } from "../../model/metric-directions.js";
import type { MetricDirectionRecord } from "../../model/metric-directions.js";
import type { Ledger } from "./ledger.js";

/**
 * Replaces the better directions that a folder states. Those of persons are kept; contradictions are reported. A folder without
 * any, that is added to a study of another folder, changes nothing.
 */
export async function writeMetricDirections(
  sql: TransactionSql,
  studyId: string,
  records: readonly MetricDirectionRecord[],
  { joins, ledger }: { readonly joins: boolean; readonly ledger: Ledger },
): Promise<void> {
  if (records.length === 0 && joins) return;
  const stored = await storedDirections(sql, studyId);
  const directions = new Map<string, StudyDirection>();
  for (const [metric, { stated }] of Object.entries(stored)) {
    if (stated !== null) directions.set(metric, { stated, imported: null });
  }
  for (const { metric, higherIsBetter, file } of records) {
    const stated = directions.get(metric)?.stated ?? null;
    directions.set(metric, { stated, imported: { higherIsBetter, file } });
    if (stated !== null && stated.higherIsBetter !== higherIsBetter) {
      ledger.conflicts.push({
        where: file,
        message: `${metric} is better when ${higherIsBetter ? "higher" : "lower"} here, and when ${stated.higherIsBetter ? "higher" : "lower"} as a person states it. The person's direction is used.`,
      });
    }
  }
  await storeDirections(sql, studyId, directions);
}

/** Returns the directions of a study, which stays locked until the transaction ends. */
export async function storedDirections(sql: TransactionSql, studyId: string): Promise<StudyDirections> {
  const [study] = await sql<{ directions: StudyDirections }[]>`
    select metric_directions as directions from study where id = ${studyId} for update`;
  return study?.directions ?? {};
}

/** Stores the directions of a study, if they differ from the stored ones. */
export async function storeDirections(
  sql: TransactionSql,
  studyId: string,
  directions: ReadonlyMap<string, StudyDirection>,
): Promise<void> {
  const json = JSON.stringify(Object.fromEntries(directions));
  await sql`
    update study set metric_directions = ${json}::text::jsonb
    where id = ${studyId} and metric_directions <> ${json}::text::jsonb`;
}
