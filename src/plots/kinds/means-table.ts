import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import type { Cell, Column } from "../../export/table.js";
import type { PictureTable } from "../picture.js";

/** What follows a value in a table by rank: its interval, and of how many runs it is. */
export const INTERVAL_COLUMNS: readonly Column[] = [
  { name: "interval_low", type: "number" },
  { name: "interval_high", type: "number" },
  { name: "n", type: "integer" },
];

/** A mean's cells: the value and those of INTERVAL_COLUMNS; the interval is null where there is one value. */
export const meanCells = ({ mean, low, high, n }: ConfigurationMean): Cell[] => [mean, low, high, n];

/** Means of one or more metrics as rows: rank, side, metric, mean, low, high, n. */
export function meansTable(metrics: Readonly<Record<string, readonly ConfigurationMean[]>>): PictureTable {
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "side", type: "text" },
      { name: "metric", type: "text" },
      { name: "mean", type: "number" },
      ...INTERVAL_COLUMNS,
    ],
    rows: Object.entries(metrics).flatMap(([metric, means]) =>
      means.map((mark): Cell[] => [mark.rank, mark.configuration, metric, ...meanCells(mark)]),
    ),
  };
}
