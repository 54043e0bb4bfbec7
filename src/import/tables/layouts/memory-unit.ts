import { numberOf } from "../cell-number.js";
import { MEMORY_WITHOUT_UNIT } from "../table-words.js";
import { columnsOf, type TableLayout } from "./table-layout.js";

/** Memory of a training run in MB. No GPU has as many GB. */
const MIN_MEGABYTES = 512;

/** Memory whose heading has no unit: MB if each value is too large for GB. Smaller values keep the column's name. */
export const MEMORY_UNIT: TableLayout = {
  name: "memory without a unit",
  reshape(grid) {
    const names = columnsOf(grid.rows);
    const column = names.find((name) => MEMORY_WITHOUT_UNIT.includes(name));
    if (column === undefined || names.includes(`${column}_mb`)) return undefined;
    const values = grid.rows.flatMap(({ cells }) => numberOf(cells.get(column)) ?? []).filter(Number.isFinite);
    if (values.length === 0) return undefined;
    if (values.some((value) => value < MIN_MEGABYTES)) {
      const note = `${column} has no unit and keeps its name; write ${column} (GB) or ${column} (MB)`;
      return { ...grid, notes: [...grid.notes, note] };
    }
    const rows = grid.rows.map(({ key, cells }) => ({
      key,
      cells: new Map([...cells].map(([name, cell]) => [name === column ? `${column}_mb` : name, cell])),
    }));
    return { ...grid, rows, notes: [...grid.notes, `${column} has no unit and is assumed to be in MB`] };
  },
};
