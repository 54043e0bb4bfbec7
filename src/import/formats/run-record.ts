import { isLighteval } from "../evaluations/parse-lighteval.js";
import { isLmEval } from "../evaluations/parse-lm-eval.js";
import { isMethodComparison } from "../evaluations/parse-method-comparison.js";
import { readTableText } from "../folder/read-bounded.js";
import { MAX_TABLE_ROWS } from "../limits.js";
import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { columnName, isKnownMetric, metricColumns } from "../tables/column-name.js";
import { readCsvTable, rowsOfCsv, withoutIncompleteRow } from "../tables/csv-records.js";
import { parseJsonValue } from "../tables/json-value.js";
import { tableOfRows, tableOfValue } from "../tables/results-table.js";
import { rowsOfValue } from "../tables/rows-of-value.js";
import { listsLog, stepLog } from "../tables/step-log.js";
import { downloadedCurve } from "../tables/tensorboard-csv.js";
import type { TableRow } from "../tables/table-row.js";
import { METRIC_WORD } from "../tables/table-words.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";
import { folderOfRunFile, hasGenericName, namesItsRun } from "./run-file-name.js";
import { evidenceOfRun } from "./run-log-evidence.js";

const FILE_NAME = /\.(?:csv|tsv|json|jsonl|ndjson)$/i;

/**
 * Records in people's own form that lie in their run's folder, or have its name: a table with a row per step (`metrics.csv` of
 * Lightning, `progress.csv` of Ray), lists per epoch, or final figures (`metrics.json`). A table that names its runs is a results table.
 */
export const RUN_RECORD: ResultFormat<RunEvidence> = {
  name: "record of a run",
  gives: ["metrics", "curves"],
  decidesByContent: true,
  recognises: (fileName, where) => FILE_NAME.test(fileName) && (hasGenericName(where) || namesItsRun(where)),
  runFolder: folderOfRunFile,
  async read({ path, where }) {
    const record = runRecordOf(await readTableText(path, where), where);
    return record === undefined ? [] : evidenceOfRun(record, "trainingLog");
  },
};

/**
 * Returns the record of one run that a file holds; undefined if it is a results table, or anything else.
 *
 * @param where decides whether the file can belong to a run at all
 * @throws TABLE_INVALID, RUN_LOG_INVALID
 */
export function runRecordOf(text: string, where: string): RunLog | undefined {
  if (!canBeRecord(where)) return undefined;
  if (!/\.[ct]sv$/i.test(where)) return runRecordOfValue(parseJsonValue(text, where), where);
  const complete = withoutIncompleteRow(text);
  const log = runRecordOfCsv(readCsvTable(complete, where, MAX_TABLE_ROWS + 1), where);
  return log === undefined || complete === text ? log : { ...log, damage: "its last row is incomplete" };
}

function canBeRecord(where: string): boolean {
  return RUN_RECORD.recognises(fileNameOf(where), where);
}

function fileNameOf(where: string): string {
  return where.slice(where.lastIndexOf("/") + 1);
}

/** Returns the record of one run in the records of a CSV file, as `runRecordOf` does. */
function runRecordOfCsv(records: readonly (readonly string[])[], where: string): RunLog | undefined {
  // A curve that TensorBoard's page saved names its run in another way.
  if (!canBeRecord(where) || downloadedCurve(records, fileNameOf(where)) !== undefined) return undefined;
  return logOfRows(rowsOfCsv(records, where), where);
}

/** Returns the record of one run in a parsed JSON file, as `runRecordOf` does. */
function runRecordOfValue(value: unknown, where: string): RunLog | undefined {
  if (!canBeRecord(where)) return undefined;
  if (isLmEval(value) || isLighteval(value) || isMethodComparison(value)) return undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return logOfRows(rowsOfValue(value, where) ?? [], where);
  const members = new Map<string, unknown>(Object.entries(value));
  return listsLog(members, where) ?? figures(members, value, where);
}

function logOfRows(rows: readonly TableRow[], where: string): RunLog | undefined {
  const log = stepLog(rows, where);
  return log === undefined || tableOfRows(rows, where).kind === "rows" ? undefined : log;
}

/** Reads one object of final figures. At the top of the study it may describe all runs. */
function figures(members: ReadonlyMap<string, unknown>, value: object, where: string): RunLog | undefined {
  if (!where.includes("/") || !hasGenericName(where)) return undefined;
  const isFlat = [...members.values()].every((member) => member === null || typeof member !== "object");
  if (!isFlat && tableOfValue(value, where, "").kind === "rows") return undefined;
  const numbers = new Map<string, number>();
  collect(members, "", numbers);
  if (![...numbers.keys()].some((name) => isKnownMetric(name) || METRIC_WORD.test(name))) return undefined;
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  for (const [column, { metric, factor }] of metricColumns(new Set(numbers.keys()))) {
    const number = numbers.get(column);
    if (number !== undefined && !TIMES.has(column)) builder.addMetric(metric, number * factor);
  }
  return builder.isEmpty ? undefined : builder.build(null);
}

/** Entries that give the time of the figures. */
const TIMES = new Set(["epoch", "epochs", "step", "steps", "global_step", "total_flos"]);

/** Gathers the numbers of an object and of the objects in it, two levels deep, named by their keys. */
function collect(members: ReadonlyMap<string, unknown>, above: string, numbers: Map<string, number>): void {
  for (const [key, member] of members) {
    const name = above === "" ? columnName(key) : `${above}_${columnName(key)}`;
    if (typeof member === "number") numbers.set(name, member);
    else if (typeof member === "object" && member !== null && !Array.isArray(member) && above.split("_").length < 3) {
      collect(new Map(Object.entries(member)), name, numbers);
    }
  }
}
