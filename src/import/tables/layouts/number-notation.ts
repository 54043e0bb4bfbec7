import { convertNumbers } from "../number-style.js";
import type { TableLayout } from "./table-layout.js";

/** Numbers as texts: `1,31`, `12,345.6`, `81.2 %`. The notation is decided for each column as the file has it. */
export const NUMBER_NOTATION: TableLayout = {
  name: "number notation",
  reshape(grid) {
    const { rows, notes } = convertNumbers(grid.rows.map(({ cells }) => cells));
    return {
      ...grid,
      rows: grid.rows.map(({ key }, i) => ({ key, cells: rows[i] ?? new Map<string, unknown>() })),
      notes: [...grid.notes, ...notes],
    };
  },
};
