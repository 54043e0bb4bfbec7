import type { VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

/** A cell of a heatmap. Its row and column are labels of the axes. */
interface HeatmapCell {
  readonly row: string;
  readonly column: string;
  readonly value: number | null;
  /** Rows of the tooltip. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

interface Heatmap {
  readonly cells: readonly HeatmapCell[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly titles: { readonly row: string | null; readonly column: string | null; readonly value: string };
  /** Size of a cell in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  /** Rotation of the column labels in degrees. */
  readonly columnAngle: number;
  /** The values at the ends of the colour scale. */
  readonly extent: readonly [number, number];
}

/** A narrower cell, in pixels, has no room for its value. */
const VALUE_WIDTH = 28;

/** Coloured cells, grey without a value, with their values written in them if there is room. */
export function heatmap({ cells, rows, columns, titles, size, columnAngle, extent }: Heatmap): VegaLite {
  const x = {
    field: "column",
    type: "nominal",
    sort: null,
    scale: { domain: columns, paddingInner: 0.03 },
    axis: {
      title: titles.column,
      labelAngle: columnAngle,
      ...(columnAngle === 0 ? {} : { labelOverlap: false }),
    },
  };
  const y = {
    field: "row",
    type: "nominal",
    sort: null,
    scale: { domain: rows, paddingInner: 0.03 },
    axis: { title: titles.row, labelOverlap: false },
  };
  const tooltip = Object.keys(cells[0]?.details ?? {}).map((field) => ({ field, title: field }));
  const height = rows.length * size.height;
  const layers = [
    {
      transform: [{ filter: "!isValid(datum.value)" }],
      mark: { type: "rect", style: "undefined" },
      encoding: { x, y, tooltip },
    },
    {
      transform: [{ filter: "isValid(datum.value)" }],
      mark: { type: "rect" },
      encoding: { x, y, tooltip, color: cellColour(extent, titles.value, height) },
    },
  ];
  return {
    width: columns.length * size.width,
    height,
    data: { values: cells.map(({ details, ...cell }) => ({ ...cell, ...details })) },
    layer: size.width < VALUE_WIDTH ? layers : [...layers, cellValues(x, y, extent)],
  };
}

function cellColour(extent: readonly [number, number], title: string, height: number): VegaLite {
  return {
    field: "value",
    type: "quantitative",
    scale: { domain: extent, range: "heatmap" },
    legend: {
      tickCount: 5,
      title,
      orient: "right",
      gradientLength: Math.min(220, Math.max(80, height)),
    },
  };
}

/** The values in the cells: white on the dark half of viridis, black on the light half, in every theme. */
function cellValues(x: VegaLite, y: VegaLite, [low, high]: readonly [number, number]): VegaLite {
  return {
    transform: [{ filter: "isValid(datum.value)" }],
    mark: { type: "text", fontSize: 10, baseline: "middle" },
    encoding: {
      x,
      y,
      text: { field: "value", type: "quantitative", format: ".2f" },
      color: {
        condition: { test: `datum.value < ${low + 0.55 * (high - low)}`, value: "#ffffff" },
        value: "#000000",
      },
    },
  };
}

/** Returns the minimum and maximum of `values`, widened around a single value so that it has a colour. */
export function extentOf(values: readonly number[]): [number, number] {
  const low = smallest(values);
  const high = largest(values);
  return low < high ? [low, high] : [low - 0.01, high + 0.01];
}
