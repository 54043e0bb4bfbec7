import type { TransactionSql } from "postgres";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

/**
 * Adds new metrics. A stored value changes only if its run has grown, or if the folder now has more digits of it. Otherwise the
 * stored value is kept and the conflict is reported. A stated better direction replaces the stored one.
 */
export async function writeMetrics(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  grown: ReadonlySet<string>,
  morePrecise: (one: number, other: number) => number | undefined,
  ledger: Ledger,
): Promise<void> {
  const stored = await sql<{ experimentId: string; name: string; value: number; higherIsBetter: boolean | null }[]>`
    select experiment_id as "experimentId", name, value, higher_is_better as "higherIsBetter" from metric
    where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])`;
  const byKey = new Map(stored.map((row) => [`${row.experimentId} ${row.name}`, row]));

  const added: CopyValue[][] = [];
  for (const { id, record } of experiments) {
    for (const { name, value, source, higherIsBetter = null } of record.metrics) {
      const row = byKey.get(`${id} ${name}`);
      const before = row?.value;
      if (row !== undefined && higherIsBetter !== null && row.higherIsBetter !== higherIsBetter) {
        await sql`update metric set higher_is_better = ${higherIsBetter} where experiment_id = ${id} and name = ${name}`;
        ledger.updated.metrics++;
      }
      if (before === undefined) {
        added.push([id, name, value, source, higherIsBetter]);
      } else if (!Object.is(before, value)) {
        const now = grown.has(id) ? value : morePrecise(before, value);
        if (now === undefined) {
          ledger.conflicts.push({
            where: record.name,
            message: `${name} is stored as ${before}, ${source} now has ${value}; the stored value was kept`,
          });
        } else if (now !== before) {
          await sql`update metric set value = ${now}, source = ${source} where experiment_id = ${id} and name = ${name}`;
          ledger.updated.metrics++;
        }
      }
    }
  }
  await copyRows(sql, "metric", ["experiment_id", "name", "value", "source", "higher_is_better"], added);
  ledger.added.metrics += added.length;
}
