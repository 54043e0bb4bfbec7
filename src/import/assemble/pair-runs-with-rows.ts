import path from "node:path";
import type { TableReading } from "./table-reading.js";
import type { RunReading } from "./read-run.js";

/** A run and what tables say about it. At least one of both is present. */
export interface DescribedRun {
  /** Name of the experiment. */
  readonly name: string;
  readonly run: RunReading | undefined;
  readonly row: TableReading | undefined;
}

/**
 * Pairs runs with table rows. A row belongs to the run of its name, or to the only run whose path ends with its name. Rows
 * without a run follow.
 */
export function pairRunsWithRows(runs: readonly RunReading[], rows: ReadonlyMap<string, TableReading>): DescribedRun[] {
  const withoutRun = new Map(rows);
  const runsByLastPart = new Map<string, number>();
  for (const run of runs) runsByLastPart.set(lastPart(run), (runsByLastPart.get(lastPart(run)) ?? 0) + 1);
  const described: DescribedRun[] = runs.map((run) => {
    const isOnlyRun = runsByLastPart.get(lastPart(run)) === 1;
    const row = rows.get(run.name) ?? (isOnlyRun ? rows.get(lastPart(run)) : undefined);
    if (row !== undefined) withoutRun.delete(row.experiment);
    return { name: run.name, run, row };
  });
  return [...described, ...[...withoutRun].map(([name, row]) => ({ name, run: undefined, row }))];
}

function lastPart({ name }: RunReading): string {
  return path.posix.basename(name);
}
