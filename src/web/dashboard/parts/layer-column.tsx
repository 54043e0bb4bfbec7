import type { Column } from "../table/column.js";
import { Value } from "./value.js";
import { sentenceCase } from "./text.js";

/** The reason why the values of a layer are null. */
export interface LayerValues {
  readonly undefinedReason: string | null;
  readonly undefinedDetail: string | null;
}

/** Returns a sortable column of numbers about layers. A null shows its reason. */
export function layerColumn<Row extends LayerValues>(
  key: string,
  title: string,
  width: number,
  value: (row: Row) => number | null | undefined,
): Column<Row> {
  return {
    key,
    title,
    width,
    align: "end",
    sort: key,
    cell: (row) => <Value value={value(row)} reason={reasonOf(row)} />,
    csv: (row) => value(row) ?? null,
  };
}

const reasonOf = ({ undefinedReason, undefinedDetail }: LayerValues) =>
  undefinedDetail ?? (undefinedReason === null ? null : sentenceCase(undefinedReason).toLowerCase());
