import { failure } from "../../errors.js";
import { columnName, findRunColumn, isKnownMetric, metricColumns, type RunColumn } from "./column-name.js";
import type { TableRow } from "./rows-of-value.js";
import { MAX_NUMBER_CHARACTERS, MAX_TABLE_COLUMNS, MAX_TABLE_NAME_CHARACTERS } from "../limits.js";

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
  /** Numbers by metric name, which ends with the unit. NaN and infinities are kept: they are the result of a diverged run. */
  readonly metrics: ReadonlyMap<string, number>;
}

/**
 * Returns the runs of a table; undefined if its columns do not tell runs apart, as in a table by rank only.
 *
 * @throws TABLE_INVALID for a rank that is not a positive integer, a seed or step count that is not an integer, a row without
 * a run, columns of the same name, or two rows of the same run
 */
export function resultRows(rows: readonly TableRow[], where: string): ResultRow[] | undefined {
  const named = rows.map((row, i) => namedCells(row, i, where));
  const names = new Set(named.flatMap((cells) => [...cells.keys()]));
  requireColumnCount(names.size, where);
  if (!tellsRunsApart(names, rows)) return undefined;
  const metrics = numericColumns(metricColumns(names), named);
  const results = named.map((cells, i) => {
    const reader = new RowReader(cells, names, i, where);
    return resultRow(reader, metrics, rows[i]?.key ?? null);
  });
  return withSeedsInNames(results, where);
}

/** Returns the columns that hold a finite number or a known metric. In any other column, `nan` is the text of an empty cell. */
function numericColumns(
  columns: ReadonlyMap<string, string>,
  rows: readonly ReadonlyMap<string, unknown>[],
): Map<string, string> {
  return new Map(
    [...columns].filter(
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

function tellsRunsApart(names: ReadonlySet<string>, rows: readonly TableRow[]): boolean {
  const has = (column: RunColumn): boolean => findRunColumn(column, names) !== undefined;
  // A column `name` alone may hold any names, such as those of layers or tokenizers.
  const describesRuns = has("rank") || has("quantization") || has("method") || [...names].some(isKnownMetric);
  const isKeyed = rows.every(({ key }) => key !== null);
  if ((has("experiment") || isKeyed) && describesRuns) return true;
  return has("rank") && (has("quantization") || has("method"));
}

function resultRow(row: RowReader, metrics: ReadonlyMap<string, string>, key: string | null): ResultRow {
  const quantization = row.quantization();
  const rank = row.integer("rank", 1);
  const seed = row.integer("seed", 0);
  const experiment = row.text("experiment") ?? key ?? nameFrom(quantization ?? row.text("method"), rank, seed);
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
    metrics: row.metrics(metrics),
  };
}

function nameFrom(label: string | null, rank: number | null, seed: number | null): string | null {
  if (label === null || rank === null) return null;
  return `${label}_r${rank}${seed === null ? "" : `_s${seed}`}`;
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
    readonly index: number,
    readonly where: string,
  ) {}

  text(column: RunColumn): string | null {
    const cell = this.#cell(column);
    if (typeof cell === "string") {
      if (cell.length <= MAX_TABLE_NAME_CHARACTERS) return cell.trim();
      throw this.invalid(`${column} of ${cell.length} characters`, `${MAX_TABLE_NAME_CHARACTERS} characters`);
    }
    return typeof cell === "number" || typeof cell === "bigint" ? String(cell) : null;
  }

  /** Returns the label. A bare number gives bits: 4 is `4bit`. */
  quantization(): string | null {
    const text = this.text("quantization");
    return text !== null && /^\d+$/.test(text) ? `${text}bit` : text;
  }

  integer(column: RunColumn, minimum: number): number | null {
    const cell = this.#cell(column);
    if (cell === undefined) return null;
    const value = numberOf(cell);
    if (value === undefined || !Number.isSafeInteger(value) || value < minimum) {
      throw this.invalid(`${findRunColumn(column, this.names)} ${shown(cell)}`, `an integer of at least ${minimum}`);
    }
    return value;
  }

  metrics(columns: ReadonlyMap<string, string>): Map<string, number> {
    const found = new Map<string, number>();
    for (const [column, metric] of columns) {
      const value = numberOf(this.cells.get(column));
      if (value !== undefined) found.set(metric, value);
    }
    return found;
  }

  invalid(received: string, allowed: string): Error {
    return failure("TABLE_INVALID", { where: this.where, received: `${received} in row ${this.index + 1}`, allowed });
  }

  /** Returns undefined for an empty cell, which pandas and Python write in several ways. */
  #cell(column: RunColumn): unknown {
    const name = findRunColumn(column, this.names);
    const cell = name === undefined ? undefined : this.cells.get(name);
    if (cell === null || Number.isNaN(cell)) return undefined;
    return typeof cell === "string" && EMPTY_TEXT.test(cell.trim()) ? undefined : cell;
  }
}

function numberOf(cell: unknown): number | undefined {
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell !== "string" || cell.length > MAX_NUMBER_CHARACTERS) return undefined;
  const text = cell.trim();
  if (/^[+-]?nan$/i.test(text)) return NaN;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function shown(cell: unknown): string {
  const isShort = typeof cell === "string" || typeof cell === "number" || typeof cell === "bigint";
  return isShort ? String(cell).slice(0, 40) : "that is not a number";
}
