import type { TransactionSql } from "postgres";
import type { SeriesRecord } from "../../model/records.js";
import { copyRows } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

/** Adds new curves and replaces those that have grown, or that another file now has with more points. Returns the ids of experiments with a curve that has grown. */
export async function writeSeries(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  ledger: Ledger,
): Promise<ReadonlySet<string>> {
  const stored = await sql<
    {
      experimentId: string;
      name: string;
      steps: number[];
      values: number[];
      byEpoch: boolean;
      times: number;
      source: string;
    }[]
  >`
    select experiment_id as "experimentId", name, steps, values, by_epoch as "byEpoch", cardinality(wall_times) as times, source
    from metric_series
    where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])`;
  const byKey = new Map(stored.map((row) => [key(row.experimentId, row.name), row]));

  const added: [string, SeriesRecord][] = [];
  const grown = new Set<string>();
  /** Experiments with a curve that differs from the stored one: their files were rewritten, not continued. */
  const rewritten = new Set<string>();
  for (const { id, record } of experiments) {
    for (const series of record.series) {
      const row = byKey.get(key(id, series.name));
      if (row === undefined) {
        added.push([id, series]);
      } else if (!startsWith(row, series) && (startsWith(series, row) || isOfFullerFile(row, series))) {
        await sql`
          update metric_series set steps = ${[...series.steps]}, values = ${[...series.values]},
            by_epoch = ${series.byEpoch === true}, wall_times = ${timesOf(series)}, source = ${series.source ?? ""}
          where experiment_id = ${id} and name = ${series.name}`;
        ledger.updated.curves++;
        grown.add(id);
      } else if (!startsWith(row, series)) {
        rewritten.add(id);
        ledger.conflicts.push({
          where: record.name,
          message: `the stored curve ${series.name} differs from the folder's at common steps${firstDifference(row, series)}; the stored one was kept`,
        });
      } else if (row.times === 0 && row.steps.length === series.steps.length && timesOf(series).length > 0) {
        // The points are stored, and another file now has their times.
        await sql`
          update metric_series set wall_times = ${timesOf(series)} where experiment_id = ${id} and name = ${series.name}`;
        ledger.updated.curves++;
      }
    }
  }
  await copyRows(
    sql,
    "metric_series",
    ["experiment_id", "name", "steps", "values", "by_epoch", "wall_times", "source"],
    added.map(([id, series]) => [
      id,
      series.name,
      series.steps,
      series.values,
      series.byEpoch === true,
      timesOf(series),
      series.source ?? "",
    ]),
  );
  ledger.added.curves += added.length;
  // A rewritten file is not evidence against the stored metrics: they stay, and their differences are reported as findings.
  for (const id of rewritten) grown.delete(id);
  return grown;
}

/**
 * Returns whether a curve comes from another file than the stored one and has more points, such as that of a trainer_state.json
 * which could not be read while it was written.
 */
function isOfFullerFile(
  stored: { readonly steps: readonly number[]; readonly byEpoch: boolean; readonly source: string },
  found: SeriesRecord,
): boolean {
  const { source = "", steps, byEpoch = false } = found;
  if (stored.byEpoch !== byEpoch) return stored.byEpoch;
  return stored.source !== "" && source !== "" && source !== stored.source && steps.length > stored.steps.length;
}

/** Returns the times of the points; an empty list if they are unknown, or if one of them is no time. */
function timesOf({ wallTimes, steps }: SeriesRecord): number[] {
  return wallTimes?.length === steps.length && wallTimes.every(Number.isFinite) ? [...wallTimes] : [];
}

const key = (experimentId: string, name: string) => `${experimentId} ${name}`;

/** Returns true if `whole` begins with all points of `part`. */
function startsWith(whole: Omit<SeriesRecord, "name">, part: Omit<SeriesRecord, "name">): boolean {
  if ((whole.byEpoch === true) !== (part.byEpoch === true)) return false;
  return part.steps.every((step, i) => whole.steps[i] === step && Object.is(whole.values[i], part.values[i]));
}

/** Names the first step at which two curves have different values; empty if they differ in their steps. */
function firstDifference(stored: Omit<SeriesRecord, "name">, found: Omit<SeriesRecord, "name">): string {
  const i = stored.steps.findIndex(
    (step, at) => found.steps[at] === step && !Object.is(stored.values[at], found.values[at]),
  );
  return i < 0 ? "" : ` (step ${stored.steps[i]}: ${stored.values[i]}, now ${found.values[i]})`;
}
