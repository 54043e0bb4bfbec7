import path from "node:path";
import type { Findings } from "../findings.js";
import { nameOfRunPath } from "../formats/run-log-evidence.js";
import { metricName } from "../tables/column-name.js";
import type { EvaluatedRun, JoinedTables } from "./join-tables.js";
import { noReading, type TableReading } from "./table-reading.js";
import type { RunReading } from "./read-run.js";
import type { ReadingMerger } from "./reading-merger.js";
import { nameInPath, pathsOfFile, runAbove } from "./run-of-file.js";
import { metricsOfEvaluations } from "./sourced-evidence.js";

/**
 * Adds the results of evaluations to the rows of the runs that they evaluated. Results that name no known run, and lie in no run's
 * folder, become a row of the evaluated model's own name, or a finding if the file gives none.
 *
 * @param runs of the folder, with weights or logs
 */
export function joinEvaluations(
  { rows, ...rest }: JoinedTables,
  runs: readonly RunReading[],
  findings: Findings,
  merger: ReadingMerger,
): JoinedTables {
  const joined = new Map(rows);
  const names = [...new Set([...runs.map(({ name }) => name), ...rows.keys()])];
  for (const evaluated of rest.evaluated) {
    const name = nameOfEvaluated(evaluated, runs, names);
    if (name === undefined) {
      const message =
        "The file does not say which run it evaluates: it names no model, lies in no run's folder, and has the name of no run. " +
        "Move it into the folder of its run.";
      findings.add("warning", "EVALUATION_OF_NO_RUN", evaluated.file, message);
      continue;
    }
    const row = rowOf(name, rows, runs);
    joined.set(row, withEvaluation(joined.get(row) ?? noReading(row), evaluated, merger));
  }
  return { rows: joined, ...rest };
}

/** Returns the name of the run: the evaluated adapter's or model's, else the run in whose folder the file lies, else by names. */
function nameOfEvaluated(
  { evaluated, file }: EvaluatedRun,
  runs: readonly RunReading[],
  names: readonly string[],
): string | undefined {
  for (const stated of evaluated) {
    const name = nameInPath(stated, names);
    if (name !== undefined) return name;
  }
  const above = runAbove(file, runs);
  if (above !== undefined) return above.name;
  for (const named of pathsOfFile(file)) {
    const name = nameInPath(named, names);
    if (name !== undefined) return name;
  }
  const [own] = evaluated.flatMap((stated) => nameOfRunPath(stated) ?? []);
  return own;
}

/** Returns the key of the row that is paired with a run (pair-runs-with-rows.ts): of its name, else of its name's last part. */
function rowOf(name: string, rows: ReadonlyMap<string, TableReading>, runs: readonly RunReading[]): string {
  const last = path.posix.basename(name);
  const isOnly = runs.filter((run) => path.posix.basename(run.name) === last).length === 1;
  return !rows.has(name) && isOnly && rows.has(last) ? last : name;
}

function withEvaluation(
  row: TableReading,
  { file, settings, evaluations, predictions }: EvaluatedRun,
  merger: ReadingMerger,
): TableReading {
  const metrics = new Map(row.metrics);
  for (const { name: spelling, value } of metricsOfEvaluations(evaluations)) {
    const metric = metricName(spelling);
    const merged = merger.merge(`${row.experiment}, ${metric}`, metrics.get(metric), { value, source: file });
    metrics.set(metric, merged);
  }
  return {
    ...row,
    metrics,
    settings: [...row.settings, ...settings.map((setting) => ({ ...setting, source: "table" as const, file }))],
    evaluations: [...row.evaluations, ...evaluations.map((evaluation) => ({ ...evaluation, source: file }))],
    predictions: [...row.predictions, ...predictions.map((set) => ({ ...set, source: file }))],
  };
}
