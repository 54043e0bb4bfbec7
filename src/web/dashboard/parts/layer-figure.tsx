import type { Column } from "../table/column.js";
import { Value } from "./value.js";
import { words } from "./words.js";

/** What tells of a layer's row why its figures are null. */
export interface LayerFigures {
  readonly undefinedReason: string | null;
  readonly undefinedDetail: string | null;
}

/** A column of figures about layers by which rows can be ordered; a null says why in words. */
export function layerFigure<Row extends LayerFigures>(
  key: string,
  title: string,
  width: number,
  value: (row: Row) => number | null | undefined,
): Column<Row> {
  return {
    ...{ key, title, width, align: "end", sort: key },
    cell: (row) => <Value value={value(row)} reason={why(row)} />,
    csv: (row) => value(row) ?? null,
  };
}

const why = ({ undefinedReason, undefinedDetail }: LayerFigures) =>
  undefinedDetail ?? (undefinedReason === null ? null : words(undefinedReason).toLowerCase());
