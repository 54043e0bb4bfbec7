import { curvesOfStudy, type StudyCurve } from "../store/across/study-curves.js";
import type { Connection } from "../store/connection.js";
import { flatMapRows, pages } from "./batches.js";
import type { Cell, Table } from "./table.js";

/** Curves in a page. A curve can have tens of thousands of points. */
const PAGE = 20;

/** Returns a table with a row for each logged point. The value is null if it is not finite. */
export function curvesTable(connection: Connection, studyId: string): Table {
  const curves = pages<StudyCurve>(PAGE, (after) => curvesOfStudy(connection, { studyId, limit: PAGE, after }));
  return {
    columns: [
      { name: "run", type: "text" },
      { name: "curve", type: "text" },
      { name: "step", type: "integer" },
      { name: "value", type: "number" },
    ],
    rows: flatMapRows(curves, pointRows),
  };
}

function pointRows({ run, name, steps, values }: StudyCurve): Cell[][] {
  return steps.map((step, i) => {
    const value = values[i] ?? NaN;
    return [run, name, step, Number.isFinite(value) ? value : null];
  });
}
