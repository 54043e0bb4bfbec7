import type { SideMean } from "../../../derive/side-means.js";
import type { Cell } from "../../export/table.js";
import type { PictureTable, VegaLite } from "../picture.js";
import { colour, colourAndShape } from "./sides.js";

/** More would be written over each other. */
const MOST_VALUE_LABELS = 16;

/** A mark of a picture by rank, as its data. */
export interface RankMark extends Omit<SideMean, "side"> {
  /** As the legend calls it. */
  readonly side: string;
  readonly label?: string | undefined;
}

/** The data of marks, with the sides as legends call them. */
export function rankMarks(
  means: readonly SideMean[],
  names: ReadonlyMap<string, string>,
  label: (mean: number) => string,
): RankMark[] {
  const labels = means.length <= MOST_VALUE_LABELS;
  return means.map((mark) => ({
    ...mark,
    side: names.get(mark.side) ?? mark.side,
    ...(labels ? { label: label(mark.mean) } : {}),
  }));
}

/** The axis of ranks, evenly spaced: what they are compared at are the tested ones. */
export const RANK_AXIS: VegaLite = { field: "rank", type: "ordinal", axis: { title: "LoRA rank r" } };

function beside(domain: readonly string[]): VegaLite {
  return { x: RANK_AXIS, xOffset: { field: "side", type: "nominal", scale: { domain } } };
}

const tooltip = (title: string) => [
  { field: "side", title: "side" },
  { field: "rank", title: "rank" },
  { field: "mean", title, format: ".6~g" },
  { field: "low", title: "interval from", format: ".6~g" },
  { field: "high", title: "interval to", format: ".6~g" },
  { field: "n", title: "runs" },
];

/** Whiskers from low to high, of those marks that have them. */
function intervals(domain: readonly string[], title: string): VegaLite {
  return {
    transform: [{ filter: "isValid(datum.low)" }],
    mark: { type: "errorbar", ticks: { size: 7 }, style: "interval" },
    encoding: { ...beside(domain), y: { field: "low", type: "quantitative", title }, y2: { field: "high" } },
  };
}

/** Bars from zero with whiskers, the sides of a rank beside each other. */
export function barsByRank(values: readonly RankMark[], domain: readonly string[], title: string): VegaLite {
  const y = { field: "mean", type: "quantitative", title };
  const peak = { y: { ...y, field: "top" } };
  return {
    data: { values: values.map((mark) => ({ ...mark, top: Math.max(mark.mean, mark.high ?? -Infinity) })) },
    layer: [
      { mark: { type: "bar" }, encoding: { ...beside(domain), y, ...colour("side", domain), tooltip: tooltip(title) } },
      intervals(domain, title),
      {
        transform: [{ filter: "isValid(datum.label)" }],
        mark: { type: "text", baseline: "bottom", dy: -3, fontSize: 10 },
        encoding: { ...beside(domain), ...peak, text: { field: "label" } },
      },
    ],
  };
}

/** Points with whiskers, joined by a thin line a side; the axis need not begin at zero. */
export function pointsByRank(values: readonly RankMark[], domain: readonly string[], title: string): VegaLite {
  const y = { field: "mean", type: "quantitative", title, scale: { zero: false, nice: true, padding: 12 } };
  return {
    data: { values },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.5, opacity: 0.6 },
        encoding: { ...beside(domain), y, ...colour("side", domain), strokeDash: dashOf(domain) },
      },
      intervals(domain, title),
      {
        mark: { type: "point" },
        encoding: { ...beside(domain), y, ...colourAndShape("side", domain), tooltip: tooltip(title) },
      },
    ],
  };
}

const dashOf = (domain: readonly string[]) => ({
  field: "side",
  type: "nominal",
  scale: { domain, range: domain.map((_, i) => (i === 0 ? [1, 0] : [6, 3])) },
  legend: null,
});

/** Marks of one or more metrics as rows: rank, side, metric, mean, low, high, n. */
export function meansTable(metrics: Readonly<Record<string, readonly SideMean[]>>): PictureTable {
  const rows = Object.entries(metrics).flatMap(([metric, means]) =>
    means.map(({ rank, side, mean, low, high, n }): Cell[] => [rank, side, metric, mean, low, high, n]),
  );
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "side", type: "text" },
      { name: "metric", type: "text" },
      { name: "mean", type: "number" },
      { name: "interval_low", type: "number" },
      { name: "interval_high", type: "number" },
      { name: "n", type: "integer" },
    ],
    rows,
  };
}
