import { countOf } from "../../model/count-of.js";
import { quoteNames, type Findings } from "../findings.js";
import type { RecognisedFile } from "../folder/classify-files.js";
import type {
  EvaluatedRunEvidence,
  NamedRunEvidence,
  StatedSettingsEvidence,
  TableEvidence,
} from "../formats/evidence.js";
import { metricName } from "../tables/column-name.js";
import type { ResultRow } from "../tables/result-row.js";
import type { ResultsTable } from "../tables/results-table.js";
import type { PathOf } from "../tensors/list-weights.js";
import type { RunReading } from "./read-run.js";
import { runOfOutputFolder } from "./run-of-output-folder.js";
import { reportEvidence } from "./report-evidence.js";
import type { Reading, ReadingMerger } from "./reading-merger.js";
import { isRunOf, withKnownNames } from "./same-run.js";
import { noReading, type TableReading } from "./table-reading.js";
import { settingsInMethod, settingsOfLabel } from "./run-quantization.js";
import type { SourcedSetting } from "./sourced-evidence.js";

/** Settings from a `rankscope.yaml`, with the path of the file. */
export interface StatedSettings extends StatedSettingsEvidence {
  readonly file: string;
}

/** The results of an evaluation, with the path of the file. */
export interface EvaluatedRun extends EvaluatedRunEvidence {
  readonly file: string;
}

/** A table with one row per run. */
type RowsTable = Extract<ResultsTable, { readonly kind: "rows" }>;

/** The content of all files that name the runs they describe. */
export interface JoinedTables {
  /** Rows by the name of their experiment. */
  readonly rows: ReadonlyMap<string, TableReading>;
  readonly stated: readonly StatedSettings[];
  /** Results of evaluations, which `joinEvaluations` assigns to runs. */
  readonly evaluated: readonly EvaluatedRun[];
  /** Rows that name only a rank, by that rank. */
  readonly byRank: ReadonlyMap<number, TableReading>;
}

/**
 * Reads every table and joins the rows of each experiment.
 *
 * @param runs runs with files of their own; a record that states the output folder of one joins it
 * @param tables the most trusted first; a value that contradicts an earlier table is not kept
 */
export async function joinTables(
  pathOf: PathOf,
  tables: readonly RecognisedFile<TableEvidence>[],
  findings: Findings,
  merger: ReadingMerger,
  runs: readonly RunReading[],
  studyName: string,
): Promise<JoinedTables> {
  const readings = new Map<string, TableReading>();
  const stated: StatedSettings[] = [];
  const evaluated: EvaluatedRun[] = [];
  const byRank = new Map<number, TableReading>();
  const sideTables: { readonly table: RowsTable; readonly file: string }[] = [];
  const summaries: { readonly table: Exclude<ResultsTable, RowsTable>; readonly file: string }[] = [];
  for (const { file, format } of tables) {
    const source = { path: pathOf(file), where: file };
    for (const evidence of (await findings.guard(file, () => format.read(source))) ?? []) {
      if (evidence.kind === "namedRun") {
        const name = runNameOf(evidence, runs, studyName);
        readings.set(name, joinNamedRun(readings.get(name), { ...evidence, name }, file, merger));
        continue;
      }
      if (evidence.kind === "evaluatedRun") {
        evaluated.push({ ...evidence, file });
        continue;
      }
      if (evidence.kind === "damage") {
        reportEvidence(evidence, file, findings);
        continue;
      }
      if (evidence.kind === "statedSettings") {
        stated.push({ ...evidence, file });
        continue;
      }
      const { table } = evidence;
      if (table.kind === "rows" && table.sides.length > 0) {
        sideTables.push({ table, file });
        continue;
      }
      if (table.kind !== "rows") {
        summaries.push({ table, file });
        continue;
      }
      reportTable(table, file, findings);
      if (table.byRank) {
        for (const row of table.rows) {
          if (row.rank !== null) byRank.set(row.rank, joinRow(byRank.get(row.rank), row, file, merger));
        }
        continue;
      }
      const rows = withKnownNames(table.rows, runs, readings);
      const isNew = ({ experiment }: ResultRow): boolean => !readings.has(experiment) && !isRunOf(experiment, runs);
      const leftOut = evidence.isCopy === true && runs.length + readings.size > 0 ? rows.filter(isNew) : [];
      if (leftOut.length > 0) {
        const names = quoteNames(leftOut.map(({ experiment }) => experiment));
        const message = `${leftOut.length} rows belong to no run of the other files and were left out: ${names}. Save them as CSV if they are runs.`;
        findings.add("warning", "ROWS_AMBIGUOUS", file, message);
      }
      for (const row of leftOut.length > 0 ? rows.filter((candidate) => !isNew(candidate)) : rows) {
        readings.set(row.experiment, joinRow(readings.get(row.experiment), row, file, merger));
      }
    }
  }
  const hasRuns = runs.length + readings.size + byRank.size + sideTables.length > 0;
  for (const { table, file } of summaries) {
    if (hasRuns || table.kind === "unknown") reportTable(table, file, findings);
    else findings.add("warning", "NOT_UNDERSTOOD", file, `This is ${table.content}. ${HOW_TO_NAME_RUNS}`);
  }
  // Where other files have the runs, a table with their figures side by side was computed from them.
  const isOnlySource = runs.length === 0 && readings.size === 0 && byRank.size === 0;
  for (const { table, file } of sideTables) {
    if (isOnlySource) joinSides(readings, table, file, findings, merger);
    else {
      const content = `a table that compares ${table.sides.join(" and ")} side by side`;
      reportTable({ kind: "summary", content }, file, findings);
    }
  }
  return { rows: readings, stated, evaluated, byRank };
}

const HOW_TO_NAME_RUNS =
  "No column has names of runs, ranks with methods or bits, or figures per method. Add a column run, or the columns rank and method " +
  "(lora, qlora), or name the columns of figures by method (lora_loss, qlora_loss).";

/** Returns the name of the run whose folder a record states, else the record's own name for its run. */
function runNameOf({ name, outputFolder }: NamedRunEvidence, runs: readonly RunReading[], studyName: string): string {
  const run = outputFolder === null ? undefined : runOfOutputFolder(runs, outputFolder, studyName);
  return run?.name ?? name;
}

/** Adds the runs of a table that has the figures of several sides in one row. */
function joinSides(
  readings: Map<string, TableReading>,
  table: RowsTable,
  file: string,
  findings: Findings,
  merger: ReadingMerger,
): void {
  reportTable(table, file, findings);
  const message = `The columns have the figures of ${table.sides.join(", ")} side by side: each row became one run per side.`;
  findings.add("info", "SIDES_SPLIT", file, message);
  for (const row of table.rows) readings.set(row.experiment, joinRow(readings.get(row.experiment), row, file, merger));
}

function reportTable(table: ResultsTable, file: string, findings: Findings): void {
  switch (table.kind) {
    case "rows":
      findings.add("info", "TABLE_READ", file, `Results of ${table.rows.length} experiments.`);
      if (table.converted.length > 0) {
        const isAssumed = table.converted.some((note) => /assumed|no number/.test(note));
        const message = `Columns were converted to what Rankscope stores: ${table.converted.join("; ")}.`;
        findings.add(isAssumed ? "warning" : "info", "UNITS_CONVERTED", file, message);
      }
      if (table.totals.length > 0) {
        const message = `${countOf(table.totals.length, "row")} with totals or means left out: ${quoteNames(table.totals)}.`;
        findings.add("info", "TOTALS_LEFT_OUT", file, message);
      }
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
    settings: [...(before?.settings ?? []), ...settingsOfRow(row, source)],
    curves: before?.curves ?? [],
    evaluations: before?.evaluations ?? [],
    predictions: before?.predictions ?? [],
  };
}

/** Returns the settings of a row's columns, those with a column of their own included. */
function settingsOfRow(
  { quantization, seed, method, rank, modelName, settings }: ResultRow,
  file: string,
): SourcedSetting[] {
  const from = { certainty: "STATED", source: "table", file } as const;
  const setting = (field: string, value: string | number | null): SourcedSetting[] =>
    value === null ? [] : [{ ...from, field, value, key: field }];
  return [
    ...(quantization === null ? [] : settingsOfLabel(quantization, { ...from, key: "quantization" })),
    ...setting("seed", seed),
    ...setting("method", method),
    ...(method === null || quantization !== null
      ? []
      : settingsInMethod(method, { ...from, certainty: "NAMED", key: "method" })),
    ...setting("lora_rank", rank),
    ...setting("base_model", modelName),
    ...settings.map((further) => ({ ...further, source: "table" as const, file })),
  ];
}

/** Joins a run of a file that names its runs, such as a database of runs. */
function joinNamedRun(
  before: TableReading | undefined,
  { name, source, settings, metrics, curves }: NamedRunEvidence,
  file: string,
  merger: ReadingMerger,
): TableReading {
  const merged = new Map(before?.metrics);
  for (const { name: spelling, value } of metrics) {
    const metric = metricName(spelling);
    merged.set(metric, merger.merge(`${name}, ${metric}`, merged.get(metric), { value, source: file }));
  }
  return {
    ...(before ?? noReading(name)),
    metrics: merged,
    settings: [...(before?.settings ?? []), ...settings.map((setting) => ({ ...setting, source, file }))],
    curves: [...(before?.curves ?? []), ...curves.map((curve) => ({ ...curve, file }))],
  };
}
