import { failure } from "../../errors.js";
import type { Setting } from "../settings/setting.js";
import {
  columnName,
  findRunColumn,
  isKnownMetric,
  metricColumns,
  runColumns,
  type MetricColumn,
  type RunColumn,
} from "./column-name.js";
import { settingsOfRow, tableColumns, type TableColumns } from "./setting-columns.js";
import { numberOf, shown } from "./cell-number.js";
import type { TableRow } from "./rows-of-value.js";
import { MAX_TABLE_COLUMNS, MAX_TABLE_NAME_CHARACTERS } from "../limits.js";

/** One run of a results table. */
export interface ResultRow {
  /** The run's name in the table, or one made of quantization or method, rank and seed: `16bit_r8_s0`. */
  readonly experiment: string;
  readonly quantization: string | null;
  /** As the table spells it: `qlora`. */
  readonly method: string | null;
  readonly rank: number | null;
  readonly seed: number | null;
  /** Optimizer steps. */
  readonly steps: number | null;
  /** Training examples. */
  readonly numSamples: number | null;
  readonly modelName: string | null;
  /** Settings of further columns: `learning_rate`, `load_in_4bit`, and texts such as `task`. */
  readonly settings: readonly Setting[];
  /** Numbers by metric name, which ends with the unit. NaN and infinities are kept: they are the result of a diverged run. */
  readonly metrics: ReadonlyMap<string, number>;
}

/**
 * Returns the runs of a table; undefined if its columns do not tell runs apart, as in a table by rank only.
 *
 * @throws TABLE_INVALID for a rank that is not a positive integer, a seed or step count that is not an integer, a row without
 * a run, columns of the same name, or two rows of the same run
 */
export function resultRows(rows: readonly TableRow[], where: string): ResultTable | undefined {
  const named = rows.map((row, i) => namedCells(row, i, where));
  const names = new Set(named.flatMap((cells) => [...cells.keys()]));
  requireColumnCount(names.size, where);
  const columns = tableColumns(names, named, runColumns());
  const byRank = isTableByRank(names, columns);
  if (!byRank && !tellsRunsApart(names, columns, rows)) return undefined;
  const metrics = numericColumns(metricColumns(names), named, columns);
  const naming = namingColumns(named, names);
  const results = named.flatMap((cells, i) => {
    const reader = new RowReader(cells, names, columns, i, where);
    const key = rows[i]?.key ?? null;
    return isTotal(reader, key) ? [] : [resultRow(reader, metrics, key, naming, byRank)];
  });
  const converted = [...metrics].flatMap(([column, { metric, factor }]) =>
    factor === 1 ? [] : [`${column} is ${metric} / ${factor}`],
  );
  return { rows: byRank ? results : withSeedsInNames(results, where), byRank, converted };
}

/** The rows of a table. */
export interface ResultTable {
  readonly rows: readonly ResultRow[];
  /** Whether the rows have only a rank, so that each belongs to the run of its rank. */
  readonly byRank: boolean;
  /** Columns whose values were converted to another unit, in words. */
  readonly converted: readonly string[];
}

/**
 * Returns whether only the rank tells rows apart. A column such as `lora_memory_mb` has the figures of one of several runs of a
 * rank, so that such a table was computed from runs.
 */
function isTableByRank(names: ReadonlySet<string>, { quantization }: TableColumns): boolean {
  const identifying: readonly RunColumn[] = ["experiment", "method", "seed", "modelName", "task"];
  const onlyRank =
    quantization === undefined && !identifying.some((column) => findRunColumn(column, names) !== undefined);
  const comparesRuns = [...names].some((name) =>
    /^(?:q?lora|q?dora|baseline|candidate|full|\d+_?bit|nf4)_|_(?:reduction|percent|ratio|diff|delta|gap|increase|degradation)/.test(
      name,
    ),
  );
  return onlyRank && !comparesRuns && findRunColumn("rank", names) !== undefined && [...names].some(isKnownMetric);
}

/** Names of rows that sum up the others. */
const TOTAL = /^(?:total|sum|mean|average|avg|median|std|min|max|overall)s?$/i;

function isTotal(row: RowReader, key: string | null): boolean {
  const first = row.text("experiment") ?? key ?? row.text("method") ?? row.text("modelName") ?? row.text("task");
  return first !== null && TOTAL.test(first) && !row.hasRank();
}

/** The columns that tell rows apart which name no run: models and tasks, if there are several. */
function namingColumns(rows: readonly ReadonlyMap<string, unknown>[], names: ReadonlySet<string>): RunColumn[] {
  return (["modelName", "task"] as const).filter((column) => {
    const name = findRunColumn(column, names);
    return name !== undefined && new Set(rows.map((cells) => cells.get(name))).size > 1;
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

/** Returns a row's cells by column name. Columns without a name are left out. */
function namedCells({ cells }: TableRow, i: number, where: string): Map<string, unknown> {
  requireColumnCount(cells.size, where);
  const named = new Map<string, unknown>();
  for (const [header, cell] of cells) {
    if (header.length > MAX_TABLE_NAME_CHARACTERS) {
      const received = `a column name of ${header.length} characters`;
      throw failure("TABLE_INVALID", { where, received, allowed: `${MAX_TABLE_NAME_CHARACTERS} characters` });
    }
    const name = columnName(header);
    if (name === "") continue;
    if (named.has(name)) throw failure("TABLE_INVALID", { where, received: `two columns ${name} in row ${i + 1}` });
    named.set(name, cell);
  }
  return named;
}

function tellsRunsApart(
  names: ReadonlySet<string>,
  { quantization, settings }: TableColumns,
  rows: readonly TableRow[],
): boolean {
  const has = (column: RunColumn): boolean => findRunColumn(column, names) !== undefined;
  const hasQuantization =
    quantization !== undefined || settings.some((name) => /^(?:load|use)_(?:in_)?[48]bit$/.test(name));
  // A column `name` alone may hold any names, such as those of layers or tokenizers.
  const describesRuns = has("rank") || hasQuantization || has("method") || [...names].some(isKnownMetric);
  const isKeyed = rows.every(({ key }) => key !== null);
  if ((has("experiment") || isKeyed) && describesRuns) return true;
  return has("rank") && (hasQuantization || has("method") || has("seed") || has("task") || has("modelName"));
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
  const label = quantization ?? row.text("method") ?? row.loadedBits();
  const parts = naming.flatMap((column) => row.text(column) ?? []);
  const made = byRank ? `r${rank ?? ""}` : nameFrom([...parts, ...(label === null ? [] : [label])], rank, seed);
  const experiment = row.text("experiment") ?? key ?? made;
  if (experiment === null) throw row.invalid("a row without a run", "a name, or a quantization and a rank");
  return {
    experiment,
    quantization,
    method: row.text("method"),
    rank,
    seed,
    steps: row.integer("steps", 0),
    numSamples: row.integer("numSamples", 0),
    modelName: row.text("modelName"),
    settings: row.settings(),
    metrics: row.metrics(metrics),
  };
}

function nameFrom(parts: readonly string[], rank: number | null, seed: number | null): string | null {
  if (rank === null || (parts.length === 0 && seed === null)) return null;
  return [...parts, `r${rank}`, ...(seed === null ? [] : [`s${seed}`])].join("_");
}

/** Appends the seed to names that several rows share. @throws TABLE_INVALID if two rows still describe the same run */
function withSeedsInNames(rows: readonly ResultRow[], where: string): ResultRow[] {
  const sharing = new Map<string, number>();
  for (const { experiment } of rows) sharing.set(experiment, (sharing.get(experiment) ?? 0) + 1);
  const seen = new Map<string, number>();
  return rows.map((row, i) => {
    const isShared = (sharing.get(row.experiment) ?? 0) > 1 && row.seed !== null;
    const experiment = isShared ? `${row.experiment}_s${row.seed}` : row.experiment;
    const earlier = seen.get(experiment);
    if (earlier !== undefined) {
      throw failure("TABLE_INVALID", {
        where,
        received: `rows ${earlier + 1} and ${i + 1}, both of ${experiment}`,
        allowed: "one row a run",
      });
    }
    seen.set(experiment, i);
    return { ...row, experiment };
  });
}

function requireColumnCount(count: number, where: string): void {
  if (count <= MAX_TABLE_COLUMNS) return;
  throw failure("TABLE_INVALID", { where, received: `${count} columns`, allowed: `${MAX_TABLE_COLUMNS}` });
}

/** Spellings of an empty cell. */
const EMPTY_TEXT = /^(?:|nan|null|n\/a)$/i;

/** Reads one row's cells by their meaning. */
class RowReader {
  constructor(
    readonly cells: ReadonlyMap<string, unknown>,
    readonly names: ReadonlySet<string>,
    readonly columns: TableColumns,
    readonly index: number,
    readonly where: string,
  ) {}

  text(column: RunColumn): string | null {
    const name = findRunColumn(column, this.names);
    return name === undefined ? null : this.#textOf(name, column);
  }

  hasRank(): boolean {
    return this.#cell(findRunColumn("rank", this.names)) !== undefined;
  }

  settings(): Setting[] {
    return settingsOfRow(this.cells, this.columns);
  }

  /** Returns `4bit` for a row that says so with load_in_4bit alone. */
  loadedBits(): string | null {
    const bits = this.settings().find(({ field }) => field === "bits")?.value;
    return bits === undefined ? null : `${Number(bits)}bit`;
  }

  #textOf(name: string, column: RunColumn): string | null {
    const cell = this.#cell(name);
    if (typeof cell === "string") {
      if (cell.length <= MAX_TABLE_NAME_CHARACTERS) return cell.trim();
      throw this.invalid(`${column} of ${cell.length} characters`, `${MAX_TABLE_NAME_CHARACTERS} characters`);
    }
    return typeof cell === "number" || typeof cell === "bigint" ? String(cell) : null;
  }

  /** Returns the label. A bare number gives bits: 4 is `4bit`. */
  quantization(): string | null {
    const { quantization } = this.columns;
    const text = quantization === undefined ? null : this.#textOf(quantization, "quantization");
    return text !== null && /^\d+$/.test(text) ? `${text}bit` : text;
  }

  integer(column: RunColumn, minimum: number): number | null {
    const cell = this.#cell(findRunColumn(column, this.names));
    if (cell === undefined) return null;
    const value = numberOf(cell);
    if (value === undefined || !Number.isSafeInteger(value) || value < minimum) {
      throw this.invalid(`${findRunColumn(column, this.names)} ${shown(cell)}`, `an integer of at least ${minimum}`);
    }
    return value;
  }

  metrics(columns: ReadonlyMap<string, MetricColumn>): Map<string, number> {
    const found = new Map<string, number>();
    for (const [column, { metric, factor }] of columns) {
      const value = numberOf(this.cells.get(column));
      if (value !== undefined) found.set(metric, value * factor);
    }
    return found;
  }

  invalid(received: string, allowed: string): Error {
    return failure("TABLE_INVALID", { where: this.where, received: `${received} in row ${this.index + 1}`, allowed });
  }

  /** Returns undefined for an empty cell, which pandas and Python write in several ways. */
  #cell(name: string | undefined): unknown {
    const cell = name === undefined ? undefined : this.cells.get(name);
    if (cell === null || Number.isNaN(cell)) return undefined;
    return typeof cell === "string" && EMPTY_TEXT.test(cell.trim()) ? undefined : cell;
  }
}
