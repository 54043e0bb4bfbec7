import { curvesOfStudy, type StudyCurve } from "../store/across/study-curves.js";
import type { Connection } from "../store/connection.js";
import { mapped, pages } from "./pages.js";
import type { Cell, Table } from "./table.js";

/** Curves, not points: one may have tens of thousands. */
const PAGE = 20;

/** A row a logged point; the value is empty where NaN or an infinity was logged. */
export function curvesTable(connection: Connection, studyId: string): Table {
  const curves = pages<StudyCurve>(PAGE, (after) => curvesOfStudy(connection, { studyId, limit: PAGE, after }));
  const points = mapped(curves, ({ run, name, steps, values }) =>
    steps.map((step, i): Cell[] => {
      const value = values[i];
      return [run, name, step, value !== undefined && Number.isFinite(value) ? value : null];
    }),
  );
  return {
    columns: [
      { name: "run", type: "text" },
      { name: "curve", type: "text" },
      { name: "step", type: "integer" },
      { name: "value", type: "number" },
    ],
    rows: flat(points),
  };
}

async function* flat(batches: AsyncIterable<readonly Cell[][][]>): AsyncGenerator<readonly Cell[][]> {
  for await (const batch of batches) yield batch.flat();
}
