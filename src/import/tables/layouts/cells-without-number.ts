import { settingField } from "../../../model/setting-fields.js";
import { MAX_QUOTED_COLUMNS } from "../../limits.js";
import { runColumns } from "../column-name.js";
import { DIVERGED_CELL, EMPTY_CELL } from "../table-words.js";
import { isTotalRow } from "../total-rows.js";
import { columnsOf, type GridRow, type TableLayout } from "./table-layout.js";

/**
 * Words in columns of numbers: `OOM`, `N/A`, `-`. They are no values, and all but signs of an empty cell are reported. A loss of
 * `diverged` is NaN, as training programs record it.
 */
export const CELLS_WITHOUT_NUMBER: TableLayout = {
  name: "cells without a number",
  reshape(grid) {
    const known = runColumns();
    const columns = new Set(
      columnsOf(grid.rows).filter(
        (name) => !known.has(name) && settingField(name) === undefined && holdsNumbers(grid.rows, name),
      ),
    );
    const words: string[] = [];
    const read = (name: string, cell: unknown, row: number): unknown => {
      if (typeof cell !== "string" || isNumber(cell)) return cell;
      const text = cell.trim();
      if (EMPTY_CELL.test(text) || text === "None") return null;
      const isLoss = /(?:^|_)loss(?:_|$)/.test(name) && DIVERGED_CELL.test(text);
      words.push(
        `${name} of row ${row + 1} is ${text.slice(0, 40)}${isLoss ? ", stored as NaN" : ", which is no number"}`,
      );
      return isLoss ? NaN : null;
    };
    const rows = grid.rows.map(({ key, cells }, i) => ({
      key,
      // The word of a row of totals is needed to leave that row out.
      cells: isTotalRow(cells, key)
        ? cells
        : new Map([...cells].map(([name, cell]) => [name, columns.has(name) ? read(name, cell, i) : cell])),
    }));
    const more =
      words.length > MAX_QUOTED_COLUMNS ? [`${words.length - MAX_QUOTED_COLUMNS} more cells have no number`] : [];
    return { ...grid, rows, notes: [...grid.notes, ...words.slice(0, MAX_QUOTED_COLUMNS), ...more] };
  },
};

/** Returns whether at least half of a column's texts are numbers in any notation. `nan` is one of Python's numbers. */
function holdsNumbers(rows: readonly GridRow[], name: string): boolean {
  let numbers = 0;
  let texts = 0;
  for (const { cells } of rows) {
    const cell = cells.get(name);
    if (typeof cell === "number" || typeof cell === "bigint") numbers += 1;
    if (typeof cell !== "string" || EMPTY_CELL.test(cell.trim())) continue;
    if (/\d/.test(cell) && isNumber(cell)) numbers += 1;
    else texts += 1;
  }
  return numbers > 0 && numbers >= texts;
}

function isNumber(cell: string): boolean {
  const text = cell.trim();
  return /^[+-]?(?:nan|inf(?:inity)?)$/i.test(text) || /^[+-]?[.,]?\d[\d.,]*(?:e[+-]?\d+)?\s?%?$/i.test(text);
}
