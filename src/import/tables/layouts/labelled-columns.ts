import { failure } from "../../../errors.js";
import { MAX_CSV_CELLS } from "../../limits.js";
import { settingField } from "../../../model/setting-fields.js";
import { numberOf } from "../cell-number.js";
import { findRunColumn, isDerivedColumn } from "../column-name.js";
import { labelKey, runLabel, type RunLabel } from "../run-label.js";
import { isTotalRow } from "../total-rows.js";
import { columnsOf, type Grid, type GridRow, type TableLayout } from "./table-layout.js";
import { metricOfFile } from "./metric-of-file.js";

/** Column of the side in the rows that this layout makes. */
export const SIDE_COLUMN = "side";

/**
 * Figures of several runs in the columns of one row: `lora_loss` and `qlora_loss`, `loss_r4` and `loss_r8`, or `r=4`, `r=8` with
 * one row per method. Each row becomes one row per run.
 */
export const LABELLED_COLUMNS: TableLayout = {
  name: "runs as columns",
  reshape(grid) {
    const columns = labelledColumns(grid);
    if (columns === undefined) return undefined;
    const byLabel = new Map<string, { label: RunLabel; columns: [name: string, label: RunLabel][] }>();
    for (const [name, label] of columns) {
      const key = labelKey(label);
      const known = byLabel.get(key);
      if (known === undefined) byLabel.set(key, { label, columns: [[name, label]] });
      else known.columns.push([name, label]);
    }
    const labels = [...byLabel.values()];
    const isSided = labels.some(({ label }) => label.side !== null);
    const names = columnsOf(grid.rows);
    const derived = new Set(isSided ? names.filter((name) => !columns.has(name) && isDerivedColumn(name)) : []);
    requireCells(grid.rows.length * (names.length - columns.size + 1) * labels.length, grid.where);
    const fileMetric = [...columns.values()].some(({ rest }) => rest === "") ? metricOfFile(grid.where) : undefined;
    const metric = (label: RunLabel): string => (label.rest === "" ? (fileMetric?.name ?? "value") : label.rest);
    const rows = grid.rows
      .filter(({ cells, key }) => !isTotalRow(cells, key))
      .flatMap(({ key, cells }) => {
        const shared = [...cells].filter(([name]) => !columns.has(name) && !derived.has(name));
        return labels.flatMap(({ label, columns: own }) => {
          if (own.every(([name]) => isEmpty(cells.get(name)))) return [];
          const figures = own.map(([name, column]) => [metric(column), cells.get(name)] as const);
          return [{ key, cells: new Map<string, unknown>([...shared, ...figures, ...cellsOf(label)]) }];
        });
      });
    const totals = grid.rows.filter(({ cells, key }) => isTotalRow(cells, key));
    return {
      ...grid,
      rows: [...rows, ...totals],
      sides: isSided ? [...new Set(labels.flatMap(({ label }) => label.side ?? []))] : grid.sides,
      notes: [...grid.notes, ...(fileMetric === undefined ? [] : [fileMetric.note]), ...derivedNote([...derived])],
    };
  },
};

/** Cells that all runs share are copied to each run. @throws TABLE_INVALID */
function requireCells(count: number, where: string): void {
  if (count <= MAX_CSV_CELLS) return;
  throw failure("TABLE_INVALID", {
    where,
    received: `${count} cells with one row per run`,
    allowed: `${MAX_CSV_CELLS}`,
  });
}

function cellsOf({ side, rank, seed }: RunLabel): (readonly [string, unknown])[] {
  return [
    ...(side === null ? [] : [[SIDE_COLUMN, side] as const]),
    ...(rank === null ? [] : [["rank", rank] as const]),
    ...(seed === null ? [] : [["seed", seed] as const]),
  ];
}

function derivedNote(derived: readonly string[]): string[] {
  return derived.length === 0 ? [] : [`${derived.join(", ")} are computed from the sides and left out`];
}

/** Returns the columns of a metric that at least two labels have, and the others with labels of the same kinds. */
function labelledColumns({ rows }: Grid): Map<string, RunLabel> | undefined {
  const names = columnsOf(rows);
  const known = new Set(names);
  const found = new Map<string, RunLabel>();
  for (const name of names) {
    if (settingField(name) !== undefined || !hasFigures(rows, name)) continue;
    const label = runLabel(name) ?? bareRank(name, names);
    if (label !== undefined && !repeatsColumn(label, known)) found.set(name, label);
  }
  const byMetric = new Map<string, Set<string>>();
  for (const label of found.values()) {
    const group = `${kindsOf(label)} ${label.rest}`;
    byMetric.set(group, (byMetric.get(group) ?? new Set()).add(labelKey(label)));
  }
  const [group] = [...byMetric].sort((a, b) => b[1].size - a[1].size)[0] ?? [];
  if (group === undefined || (byMetric.get(group)?.size ?? 0) < 2) return undefined;
  const kinds = group.split(" ", 1)[0];
  return new Map([...found].filter(([, label]) => kindsOf(label) === kinds));
}

function kindsOf({ side, rank, seed }: RunLabel): string {
  return [side === null ? "" : "side", rank === null ? "" : "rank", seed === null ? "" : "seed"].join("+");
}

/** Returns whether the row states by itself what the heading's label says. */
function repeatsColumn({ side, rank, seed }: RunLabel, names: ReadonlySet<string>): boolean {
  const has = (column: "method" | "quantization" | "rank" | "seed"): boolean =>
    findRunColumn(column, names) !== undefined;
  return (
    (side !== null && (has("method") || has("quantization") || names.has(SIDE_COLUMN))) ||
    (rank !== null && has("rank")) ||
    (seed !== null && has("seed"))
  );
}

/** Headings such as `4`, `8`, `16` beside texts are the ranks of a pivot table. */
function bareRank(name: string, names: readonly string[]): RunLabel | undefined {
  if (!/^[1-9]\d{0,3}$/.test(name) || names.includes("0")) return undefined;
  const numbers = names.filter((other) => /^\d+$/.test(other)).map(Number);
  if (numbers.length < 2 || !numbers.every((number) => RANKS.has(number))) return undefined;
  return { side: null, rank: Number(name), seed: null, rest: "" };
}

/** Ranks of published sweeps. Other numbers may be steps or seeds. */
const RANKS: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024,
]);

function hasFigures(rows: readonly GridRow[], name: string): boolean {
  return rows.some(({ cells }) => isFigure(cells.get(name)));
}

/** Numbers in any notation: `1,52`, `81.2 %`, `1.5 ± 0.1`. */
function isFigure(cell: unknown): boolean {
  return (
    numberOf(cell) !== undefined ||
    (typeof cell === "string" && /^[+-]?[.,]?\d[\d.,]*\s*(?:%|±|\+\/?-|\(|$)/.test(cell.trim()))
  );
}

function isEmpty(cell: unknown): boolean {
  return cell === null || cell === undefined || (typeof cell === "string" && cell.trim() === "");
}
