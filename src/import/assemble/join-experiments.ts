import path from "node:path";
import type { ExperimentRecord } from "../../model/records.js";
import type { Findings } from "../findings.js";
import { experimentOf } from "./experiment.js";
import type { TableReading } from "./join-tables.js";
import type { ReadingMerger } from "./reading-merger.js";
import type { RunReading } from "./read-run.js";

/**
 * Joins runs with the table rows of the same experiments, sorted by rank, bits (most first) and name. A row belongs to the
 * run of its name, or to the only run whose path ends with it.
 */
export function joinExperiments(
  runs: readonly RunReading[],
  rows: ReadonlyMap<string, TableReading>,
  findings: Findings,
  merger: ReadingMerger,
): ExperimentRecord[] {
  const withoutRun = new Map(rows);
  const runsByLastPart = new Map<string, number>();
  for (const run of runs) runsByLastPart.set(lastPart(run), (runsByLastPart.get(lastPart(run)) ?? 0) + 1);
  const experiments: ExperimentRecord[] = [];
  for (const run of runs) {
    const isOnlyRun = runsByLastPart.get(lastPart(run)) === 1;
    const row = rows.get(run.name) ?? (isOnlyRun ? rows.get(lastPart(run)) : undefined);
    if (row !== undefined) withoutRun.delete(row.experiment);
    const experiment = experimentOf(run.name, run, row, findings, merger);
    if (experiment !== undefined) experiments.push(experiment);
  }
  for (const [name, row] of withoutRun) {
    const experiment = experimentOf(name, undefined, row, findings, merger);
    if (experiment !== undefined) experiments.push(experiment);
  }
  return experiments.sort(compareExperiments);
}

function lastPart({ name }: RunReading): string {
  return path.posix.basename(name);
}

/** Baselines come before candidates of the same rank: `16bit_r8`, `4bit_r8`. Numbers in names are compared as numbers. */
function compareExperiments(left: ExperimentRecord, right: ExperimentRecord): number {
  const bits = ({ quantization }: ExperimentRecord): number => quantization.bits ?? 0;
  return left.rank - right.rank || bits(right) - bits(left) || NATURAL_ORDER.compare(left.name, right.name);
}

const NATURAL_ORDER = new Intl.Collator("en", { numeric: true });
