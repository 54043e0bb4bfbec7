import { CELLS_WITHOUT_NUMBER } from "./cells-without-number.js";
import { EQUAL_ROWS } from "./equal-rows.js";
import { LABELLED_COLUMNS } from "./labelled-columns.js";
import { LABELS_IN_A_COLUMN } from "./labels-in-a-column.js";
import { MEMORY_UNIT } from "./memory-unit.js";
import { METRICS_AS_ROWS } from "./metrics-as-rows.js";
import { NUMBER_NOTATION } from "./number-notation.js";
import { SPREAD_CELLS } from "./spread-cells.js";
import { TRACKER_COLUMNS } from "./tracker-columns.js";
import type { Grid, TableLayout } from "./table-layout.js";

/** Layouts in the order in which they are tried. Each reshapes what the ones before it have made. */
const TABLE_LAYOUTS: readonly TableLayout[] = [
  EQUAL_ROWS,
  TRACKER_COLUMNS,
  METRICS_AS_ROWS,
  SPREAD_CELLS,
  CELLS_WITHOUT_NUMBER,
  NUMBER_NOTATION,
  LABELLED_COLUMNS,
  LABELS_IN_A_COLUMN,
  MEMORY_UNIT,
];

/** Returns the table with one row per run, as far as its layout is known. */
export function withRunsAsRows(grid: Grid): Grid {
  return TABLE_LAYOUTS.reduce((reshaped, layout) => layout.reshape(reshaped) ?? reshaped, grid);
}
