import type { VegaLite } from "../picture.js";

/** A cell of a heatmap: its row and column as the axes name them. */
export interface HeatCell {
  readonly row: string;
  readonly column: string;
  readonly value: number | null;
  /** Rows of the tooltip. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

export interface Heatmap {
  readonly cells: readonly HeatCell[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly titles: { readonly row: string | null; readonly column: string | null; readonly value: string };
  /** Pixels of a cell, and degrees that the columns' names are turned by. */
  readonly size: { readonly width: number; readonly height: number };
  readonly columnAngle: number;
  /** The values at the ends of the colours. */
  readonly extent: readonly [number, number];
}

/** A cell narrower than this has no room for its value. */
const VALUE_WIDTH = 28;

/** Coloured cells, those without a value grey, with the values in them where there is room. */
export function heatmap({ cells, rows, columns, titles, size, columnAngle, extent }: Heatmap): VegaLite {
  const x = {
    ...{ field: "column", type: "nominal", sort: null, scale: { domain: columns, paddingInner: 0.03 } },
    axis: { title: titles.column, labelAngle: columnAngle, ...(columnAngle === 0 ? {} : { labelOverlap: false }) },
  };
  const y = {
    ...{ field: "row", type: "nominal", sort: null, scale: { domain: rows, paddingInner: 0.03 } },
    axis: { title: titles.row, labelOverlap: false },
  };
  const [low, high] = extent;
  const tooltip = Object.keys(cells[0]?.details ?? {}).map((field) => ({ field, title: field }));
  return {
    width: columns.length * size.width,
    height: rows.length * size.height,
    data: { values: cells.map(({ details, ...cell }) => ({ ...cell, ...details })) },
    layer: [
      {
        transform: [{ filter: "!isValid(datum.value)" }],
        mark: { type: "rect", style: "undefined" },
        encoding: { x, y, tooltip },
      },
      {
        transform: [{ filter: "isValid(datum.value)" }],
        mark: { type: "rect" },
        encoding: {
          ...{ x, y, tooltip },
          color: {
            ...{ field: "value", type: "quantitative", scale: { domain: extent, range: "heatmap" } },
            legend: {
              tickCount: 5,
              title: titles.value,
              orient: "right",
              gradientLength: Math.min(220, Math.max(80, rows.length * size.height)),
            },
          },
        },
      },
      ...(size.width < VALUE_WIDTH
        ? []
        : [
            {
              transform: [{ filter: "isValid(datum.value)" }],
              mark: { type: "text", fontSize: 10, baseline: "middle" },
              encoding: {
                ...{ x, y },
                text: { field: "value", type: "quantitative", format: ".2f" },
                // Viridis is dark below its middle, on any ground.
                color: {
                  condition: { test: `datum.value < ${low + 0.55 * (high - low)}`, value: "#ffffff" },
                  value: "#000000",
                },
              },
            },
          ]),
    ],
  };
}

/** From the least to the greatest of `values`; around a single one, so that it has a colour. */
export function extentOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [low - 0.01, high + 0.01];
}
