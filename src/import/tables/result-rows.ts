import { failure } from "../../errors.js";
import {
  columnName,
  findRunColumn,
  isKnownMetric,
  metricColumns,
  runColumns,
  type MetricColumn,
  type RunColumn,
} from "./column-name.js";
import { isQuantizationColumn, tableColumns, type TableColumns } from "./setting-columns.js";
import { numberOf } from "./cell-number.js";
import { withDistinctNames } from "./distinct-names.js";
import type { ResultRow, ResultTable } from "./result-row.js";
import { RowReader } from "./row-reader.js";
import { inEnglish } from "./heading-words.js";
import { SIDE_COLUMN } from "./layouts/labelled-columns.js";
import { describesRun } from "./layouts/labels-in-a-column.js";
import { withRunsAsRows } from "./layouts/table-layouts.js";
import { isTotalRow, totalName } from "./total-rows.js";
import type { TableRow } from "./table-row.js";
import { MAX_TABLE_COLUMNS, MAX_TABLE_NAME_CHARACTERS } from "../limits.js";

type Cells = ReadonlyMap<string, unknown>;

/**
 * Returns the runs of a table; undefined if its columns do not tell runs apart, as in a table by rank only.
 *
 * @throws TABLE_INVALID for a rank that is not a positive integer, a seed or step count that is not an integer, a row without
 * a run, columns of the same name, or two rows of the same run
 */
export function resultRows(rows: readonly TableRow[], where: string): ResultTable | undefined {
  const columnNames = new Map<string, string>();
  const named = rows.map((row, i) => ({ key: row.key ?? indexOf(row), cells: namedCells(row, i, where, columnNames) }));
  const grid = withRunsAsRows({ rows: named, where, sides: [], notes: [] });
  const cells = grid.rows.map((row) => row.cells);
  const keys = grid.rows.map(({ key }) => key);
  const runs = runsOfCells(cells, keys, where);
  return runs && { ...runs, sides: grid.sides, converted: [...grid.notes, ...runs.converted] };
}

/** Returns the runs of rows whose cells are named; undefined if their columns do not tell runs apart. */
function runsOfCells(
  named: readonly Cells[],
  keys: readonly (string | null)[],
  where: string,
): ResultTable | undefined {
  const names = new Set(named.flatMap((cells) => [...cells.keys()]));
  requireColumnCount(names.size, where);
  const columns = tableColumns(names, named, new Set([...runColumns(), SIDE_COLUMN]));
  const byRank = !names.has(SIDE_COLUMN) && isTableByRank(names, columns);
  if (!byRank && !names.has(SIDE_COLUMN) && !tellsRunsApart(names, columns, named, keys)) return undefined;
  const metrics = numericColumns(metricColumns(names), named, columns);
  const naming = namingColumns(named, names);
  const totals: string[] = [];
  const results = named.flatMap((cells, i) => {
    const reader = new RowReader(cells, names, columns, i, where);
    const key = keys[i] ?? null;
    if (!isTotalRow(cells, key)) return [resultRow(reader, metrics, key, naming, byRank)];
    totals.push(key ?? totalName(cells));
    return [];
  });
  const converted = [...metrics].flatMap(([column, { metric, factor }]) =>
    factor === 1 ? [] : [`${column} is ${metric} / ${factor}`],
  );
  if (results.length === 0) return undefined;
  return { rows: byRank ? results : withDistinctNames(results, where), byRank, sides: [], totals, converted };
}

/**
 * Returns whether only the rank tells rows apart. A column such as `lora_memory_mb` has the figures of one of several runs of a
 * rank, so that such a table was computed from runs.
 */
function isTableByRank(names: ReadonlySet<string>, { quantization, settings }: TableColumns): boolean {
  const identifying: readonly RunColumn[] = ["experiment", "method", "seed", "modelName", "task"];
  const onlyRank =
    quantization === undefined &&
    !settings.some(isQuantizationColumn) &&
    !identifying.some((column) => findRunColumn(column, names) !== undefined);
  const comparesRuns = [...names].some((name) =>
    /^(?:q?lora|q?dora|baseline|candidate|full|\d+_?bit|nf4)_|_(?:reduction|percent|ratio|diff|delta|gap|increase|degradation)/.test(
      name,
    ),
  );
  return onlyRank && !comparesRuns && findRunColumn("rank", names) !== undefined && [...names].some(isKnownMetric);
}

/** The columns that tell rows apart which name no run: models and tasks, if there are several. */
function namingColumns(rows: readonly ReadonlyMap<string, unknown>[], names: ReadonlySet<string>): RunColumn[] {
  return (["modelName", "task"] as const).filter((column) => {
    const name = findRunColumn(column, names);
    const runs = rows.filter((cells) => !isTotalRow(cells));
    return name !== undefined && new Set(runs.map((cells) => cells.get(name))).size > 1;
  });
}

/** Returns the columns that hold a finite number or a known metric. In any other column, `nan` is the text of an empty cell. */
function numericColumns(
  columns: ReadonlyMap<string, MetricColumn>,
  rows: readonly ReadonlyMap<string, unknown>[],
  { quantization, settings }: TableColumns,
): Map<string, MetricColumn> {
  return new Map(
    [...columns]
      .filter(([column]) => column !== quantization && !settings.includes(column))
      .filter(
        ([column]) => isKnownMetric(column) || rows.some((cells) => Number.isFinite(numberOf(cells.get(column)))),
      ),
  );
}

/** Returns the text of a column without a heading, in which pandas writes an index; null for a number. */
function indexOf({ cells }: TableRow): string | null {
  const cell = cells.get("") ?? cells.get("Unnamed: 0");
  return typeof cell === "string" && cell !== "" && numberOf(cell) === undefined ? cell.trim() : null;
}

/**
 * Returns a row's cells by column name. Columns without a name are left out.
 *
 * @param columnNames names of the headings of earlier rows, which is extended
 */
function namedCells(
  { cells }: TableRow,
  i: number,
  where: string,
  columnNames: Map<string, string>,
): Map<string, unknown> {
  requireColumnCount(cells.size, where);
  const named = new Map<string, unknown>();
  for (const [header, cell] of cells) {
    if (header.length > MAX_TABLE_NAME_CHARACTERS) {
      const received = `a column name of ${header.length} characters`;
      throw failure("TABLE_INVALID", { where, received, allowed: `${MAX_TABLE_NAME_CHARACTERS} characters` });
    }
    const name = columnNames.get(header) ?? inEnglish(columnName(header));
    columnNames.set(header, name);
    if (name === "") continue;
    if (named.has(name)) throw failure("TABLE_INVALID", { where, received: `two columns ${name} in row ${i + 1}` });
    named.set(name, cell);
  }
  return named;
}

function tellsRunsApart(
  names: ReadonlySet<string>,
  { quantization, settings }: TableColumns,
  rows: readonly Cells[],
  keys: readonly (string | null)[],
): boolean {
  const has = (column: RunColumn): boolean => findRunColumn(column, names) !== undefined;
  const hasQuantization = quantization !== undefined || settings.some(isQuantizationColumn);
  // A column `name` alone may hold any names, such as those of layers or tokenizers.
  const describesRuns = has("rank") || hasQuantization || has("method") || [...names].some(isKnownMetric);
  const isKeyed = keys.every((key) => key !== null);
  const nameColumn = findRunColumn("experiment", names);
  const runNames = nameColumn === undefined ? keys : rows.map((cells) => cells.get(nameColumn));
  if (runNames.some((name) => typeof name === "string" && describesRun(name))) return true;
  if ((has("experiment") || isKeyed) && describesRuns) return true;
  // One row per method, or per quantization, is a table of runs without a rank.
  const label = findRunColumn("method", names) ?? quantization;
  const isOfRuns = label !== undefined && (has("seed") || haveDistinctCells(rows, label));
  if (isOfRuns && [...names].some(isKnownMetric)) return true;
  return has("rank") && (hasQuantization || has("method") || has("seed") || has("task") || has("modelName"));
}

function haveDistinctCells(rows: readonly Cells[], column: string): boolean {
  const cells = rows.filter((row) => !isTotalRow(row)).map((row) => row.get(column));
  return (
    new Set(cells).size === cells.length && cells.every((cell) => cell !== null && cell !== undefined && cell !== "")
  );
}

function resultRow(
  row: RowReader,
  metrics: ReadonlyMap<string, MetricColumn>,
  key: string | null,
  naming: readonly RunColumn[],
  byRank: boolean,
): ResultRow {
  const quantization = row.quantization();
  const rank = row.integer("rank", 1);
  const seed = row.integer("seed", 0);
  const label = row.side() ?? quantization ?? row.text("method") ?? row.loadedBits();
  const parts = naming.flatMap((column) => row.text(column) ?? []);
  const made = byRank ? `r${rank ?? ""}` : nameFrom([...parts, ...(label === null ? [] : [label])], rank, seed);
  const named = row.text("experiment") ?? key;
  const experiment = named !== null && row.side() !== null ? `${named}_${row.side()}` : (named ?? made);
  if (experiment === null) throw row.invalid("a row without a run", "a name, or a quantization and a rank");
  return {
    experiment,
    quantization,
    method: row.text("method") ?? row.methodOfSide(),
    rank,
    seed,
    steps: row.integer("steps", 0),
    numSamples: row.integer("numSamples", 0),
    modelName: row.text("modelName"),
    settings: row.settings(),
    metrics: naming.includes("task") ? ofTask(row.metrics(metrics), row.text("task")) : row.metrics(metrics),
  };
}

/** Metrics of the training. Any other metric of a table with several tasks is named by its task, so that no two are averaged. */
const TRAINING_METRICS =
  /^(?:training_|peak_|mean_memory|time_per_|steps|epoch)|(?:_mb|_seconds|_per_second|params?|parameters)$/;

function ofTask(metrics: ReadonlyMap<string, number>, task: string | null): Map<string, number> {
  return new Map(
    [...metrics].map(([name, value]) => [
      task === null || TRAINING_METRICS.test(name) ? name : `${task}/${name}`,
      value,
    ]),
  );
}

function nameFrom(parts: readonly string[], rank: number | null, seed: number | null): string | null {
  if (parts.length === 0 && (rank === null || seed === null)) return null;
  return [...parts, ...(rank === null ? [] : [`r${rank}`]), ...(seed === null ? [] : [`s${seed}`])].join("_");
}

function requireColumnCount(count: number, where: string): void {
  if (count <= MAX_TABLE_COLUMNS) return;
  throw failure("TABLE_INVALID", { where, received: `${count} columns`, allowed: `${MAX_TABLE_COLUMNS}` });
}
