import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import type { Cell, Column } from "../../export/table.js";
import type { UndefinedReason } from "../../model/enums/similarity.js";
import type { PlotTable } from "../plot.js";
import type { CosineSpread } from "./compared-runs.js";

/** The columns that follow a mean in a table: its interval and the number of its runs. */
export const INTERVAL_COLUMNS: readonly Column[] = [
  { name: "interval_low", type: "number" },
  { name: "interval_high", type: "number" },
  { name: "n", type: "integer" },
];

/** Returns the cells of a mean: the value and those of INTERVAL_COLUMNS. The interval of a single value is null. */
export function meanCells({ mean, low, high, n }: ConfigurationMean): Cell[] {
  return [mean, low, high, n];
}

/** Returns the means of one or more metrics as a table: a row for each rank, configuration and metric. */
export function meansTable(metrics: Readonly<Record<string, readonly ConfigurationMean[]>>): PlotTable {
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

/** The cosine similarity of two runs' updates of a layer, or of a part of one. */
export interface CosineRow {
  readonly layer: { readonly name: string; readonly index: number | null; readonly module: string };
  /** q, k or v of a fused projection; null for the whole layer. */
  readonly part: string | null;
  /** Mean over the pairs of seeds. */
  readonly cosine: number | null;
  readonly spread: CosineSpread;
  readonly undefinedReason: UndefinedReason | null;
}

/** Returns cosine similarities at one rank as a table: a row for each layer, or for each layer and part. */
export function cosinesTable(
  rank: number,
  cosines: readonly CosineRow[],
  { withParts }: { readonly withParts: boolean },
): PlotTable {
  const partColumn: readonly Column[] = withParts ? [{ name: "part", type: "text" }] : [];
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "layer", type: "text" },
      { name: "index", type: "integer" },
      { name: "module", type: "text" },
      ...partColumn,
      { name: "cosine_similarity", type: "number" },
      { name: "standard_deviation", type: "number" },
      { name: "pairs", type: "integer" },
      { name: "undefined_reason", type: "text" },
    ],
    rows: cosines.map(({ layer, part, cosine, spread, undefinedReason }) => [
      rank,
      layer.name,
      layer.index,
      layer.module,
      ...(withParts ? [part] : []),
      cosine,
      spread.standardDeviation,
      spread.pairs,
      undefinedReason,
    ]),
  };
}
