import path from "node:path";
import type { Findings } from "../findings.js";
import type { RecognisedFile } from "../folder/classify-files.js";
import type { TableEvidence } from "../formats/evidence.js";
import type { ResultRow } from "../tables/result-rows.js";
import type { ResultsTable } from "../tables/results-table.js";
import type { Reading, ReadingMerger } from "./reading-merger.js";

/** The values that all tables together give for one experiment, each with its file. */
export interface TableReading {
  readonly experiment: string;
  readonly quantization: Reading<string> | undefined;
  readonly method: Reading<string> | undefined;
  readonly rank: Reading<number> | undefined;
  readonly seed: Reading<number> | undefined;
  readonly steps: Reading<number> | undefined;
  readonly numSamples: Reading<number> | undefined;
  readonly modelName: Reading<string> | undefined;
  readonly metrics: ReadonlyMap<string, Reading<number>>;
}

/**
 * Reads every table and joins the rows of each experiment.
 *
 * @param tables the most trusted first; a value that contradicts an earlier table is not kept
 */
export async function joinTables(
  root: string,
  tables: readonly RecognisedFile<TableEvidence>[],
  findings: Findings,
  merger: ReadingMerger,
): Promise<Map<string, TableReading>> {
  const readings = new Map<string, TableReading>();
  for (const { file, format } of tables) {
    const source = { path: path.join(root, file), where: file };
    for (const { table } of (await findings.guard(file, () => format.read(source))) ?? []) {
      reportTable(table, file, findings);
      if (table.kind !== "rows") continue;
      for (const row of table.rows) {
        const joined = joinRow(readings.get(row.experiment), row, file, merger);
        readings.set(row.experiment, joined);
      }
    }
  }
  return readings;
}

function reportTable(table: ResultsTable, file: string, findings: Findings): void {
  switch (table.kind) {
    case "rows":
      findings.add("info", "TABLE_READ", file, `Results of ${table.rows.length} experiments.`);
      return;
    case "summary":
      findings.add(
        "info",
        "SUMMARY_TABLE_RECOGNISED",
        file,
        `This is ${table.content}. Its figures are computed from the runs again, so nothing is taken from it.`,
      );
      return;
    case "unknown":
      findings.add("info", "NOT_UNDERSTOOD", file, table.reason);
  }
}

function joinRow(
  before: TableReading | undefined,
  row: ResultRow,
  source: string,
  merger: ReadingMerger,
): TableReading {
  const { experiment } = row;
  const join = <Value extends string | number>(
    name: string,
    known: Reading<Value> | undefined,
    value: Value | null,
  ): Reading<Value> | undefined =>
    value === null ? known : merger.merge(`${experiment}, ${name}`, known, { value, source });
  const metrics = new Map(before?.metrics);
  for (const [name, value] of row.metrics) {
    metrics.set(name, merger.merge(`${experiment}, ${name}`, metrics.get(name), { value, source }));
  }
  return {
    experiment,
    quantization: join("quantization", before?.quantization, row.quantization),
    method: join("method", before?.method, row.method),
    rank: join("rank", before?.rank, row.rank),
    seed: join("seed", before?.seed, row.seed),
    steps: join("steps", before?.steps, row.steps),
    numSamples: join("numSamples", before?.numSamples, row.numSamples),
    modelName: join("modelName", before?.modelName, row.modelName),
    metrics,
  };
}
