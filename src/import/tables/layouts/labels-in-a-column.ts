import { methodInText, quantizationInName, rankInName, seedInName } from "../../assemble/run-labels.js";
import { findRunColumn } from "../column-name.js";
import { LABEL_COLUMNS } from "../table-words.js";
import { isTotalRow } from "../total-rows.js";
import { columnsOf, textsOf, type Grid, type TableLayout } from "./table-layout.js";

/**
 * One column whose cells describe runs: `LoRA (r=8)`, `QLoRA r=8 seed 1`, `QLoRA-4bit-r8`. If the cells have ranks or each occurs
 * once, they are the runs' names; else they are methods.
 */
export const LABELS_IN_A_COLUMN: TableLayout = {
  name: "labels in a column",
  reshape(grid) {
    const names = new Set(columnsOf(grid.rows));
    if (findRunColumn("experiment", names) !== undefined) return undefined;
    const rows = grid.rows.filter(({ cells, key }) => !isTotalRow(cells, key));
    for (const column of names) {
      const texts = textsOf(rows, column);
      if (texts === undefined || texts.length < rows.length || !texts.every(isShort)) continue;
      const ranks = texts.filter((text) => rankInName(text) !== undefined).length;
      const labels = texts.filter((text) => methodInText(text) !== undefined || quantizationInName(text) !== undefined);
      const isUsual = LABEL_COLUMNS.includes(column);
      if (ranks === 0 && (labels.length === 0 || !isUsual)) continue;
      if (ranks > 0 && findRunColumn("rank", names) === undefined) return renamed(grid, column, "experiment");
      const hasLabel =
        findRunColumn("method", names) !== undefined || findRunColumn("quantization", names) !== undefined;
      if (!hasLabel && labels.length > 0) return renamed(grid, column, "method");
    }
    return undefined;
  },
};

function renamed(grid: Grid, from: string, to: string): Grid {
  const rows = grid.rows.map(({ key, cells }) => ({
    key,
    cells: new Map([...cells].map(([name, cell]) => [name === from ? to : name, cell])),
  }));
  const use = to === "experiment" ? "names of the runs" : "methods of the runs";
  return { ...grid, rows, notes: [...grid.notes, `${from} has the ${use}`] };
}

function isShort(text: string): boolean {
  return text.length <= 200;
}

/** Returns whether a name says what run it is: its method, bits, rank or seed. */
export function describesRun(name: string): boolean {
  if (name.length > 200) return false;
  return [methodInText, quantizationInName, rankInName, seedInName].some((part) => part(name) !== undefined);
}
