import { columnName, isKnownMetric } from "../column-name.js";
import { inEnglish } from "../heading-words.js";
import { isRunLabel } from "../run-label.js";
import { METRIC_NAME_COLUMNS, METRIC_WORD } from "../table-words.js";
import { columnsOf, type GridRow, type TableLayout } from "./table-layout.js";

/** One row per metric and one column per run: `metric, lora_r8, qlora_r8`. */
export const METRICS_AS_ROWS: TableLayout = {
  name: "metrics as rows",
  reshape(grid) {
    const [first = "", ...others] = columnsOf(grid.rows);
    const isKeyed = grid.rows.every(({ key }) => key !== null);
    const runs = isKeyed && isRunLabel(first) ? [first, ...others] : others;
    if (!isKeyed && !METRIC_NAME_COLUMNS.includes(first)) return undefined;
    if (runs.length < 2 || !runs.every(isRunLabel)) return undefined;
    const nameOf = ({ key, cells }: GridRow): string => {
      const cell = isKeyed ? key : cells.get(first);
      return typeof cell === "string" && cell.length <= 200 ? inEnglish(columnName(cell)) : "";
    };
    const metrics = grid.rows.map(nameOf);
    if (metrics.includes("") || new Set(metrics).size < metrics.length) return undefined;
    if (!metrics.some((name) => isKnownMetric(name) || METRIC_WORD.test(name))) return undefined;
    const rows = runs.map((run) => ({
      key: run,
      cells: new Map(grid.rows.map((row, i) => [metrics[i] ?? "", row.cells.get(run)])),
    }));
    return { ...grid, rows };
  },
};
