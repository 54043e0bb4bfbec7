import { failure } from "../../errors.js";
import { MAX_TABLE_NAME_CHARACTERS } from "../limits.js";
import { quantizationOf } from "../settings/quantization-label.js";
import type { Setting } from "../settings/setting.js";
import { numberOf, shown } from "./cell-number.js";
import { findRunColumn, type MetricColumn, type RunColumn } from "./column-name.js";
import { settingsOfRow, type TableColumns } from "./setting-columns.js";
import { EMPTY_CELL } from "./table-words.js";
import { SIDE_COLUMN } from "./layouts/labelled-columns.js";

/** A rank or seed with its name: `r=8`, `seed 1`. */
const NAMED_INTEGER = /^(?:lora )?(?:r|rank|s|seed) ?[=:]? ?(\d{1,9})$/i;
/** A rank of runs that have none. */
const NO_RANK = /^(?:full|full[- ]?(?:ft|fine[- ]?tuning)|fft|base|baseline|none|all)$/i;

/** Reads one row's cells by their meaning. */
export class RowReader {
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

  /** Returns the side of a comparison that the row has the figures of; null in a table of runs. */
  side(): string | null {
    const side = this.cells.get(SIDE_COLUMN);
    return this.names.has(SIDE_COLUMN) && typeof side === "string" ? side : null;
  }

  /** Returns the side if it names a method, such as `qlora`, rather than the base weights. */
  methodOfSide(): string | null {
    const side = this.side();
    return side === null || statesBits(side) ? null : side;
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
    const side = this.side();
    const ofSide = side !== null && statesBits(side) ? side : null;
    const text = quantization === undefined ? ofSide : this.#textOf(quantization, "quantization");
    return text !== null && /^\d+$/.test(text) ? `${text}bit` : text;
  }

  integer(column: RunColumn, minimum: number): number | null {
    const cell = this.#cell(findRunColumn(column, this.names));
    if (cell === undefined) return null;
    if (column === "rank" && typeof cell === "string" && NO_RANK.test(cell.trim())) return null;
    const value = numberOf(typeof cell === "string" ? (NAMED_INTEGER.exec(cell.trim())?.[1] ?? cell) : cell);
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
    return typeof cell === "string" && EMPTY_CELL.test(cell.trim()) ? undefined : cell;
  }
}

function statesBits(side: string): boolean {
  return !/lora|dora|full/.test(side) && quantizationOf(side).quantization.bits !== null;
}
