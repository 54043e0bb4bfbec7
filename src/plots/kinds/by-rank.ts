import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import { figure } from "../labels.js";
import type { VegaLite } from "../picture.js";
import { DASH_RANGE } from "../theme.js";
import { colour, colourAndShape, topLegend } from "./sides.js";

/** A mark of a picture by rank, as its data. */
export interface RankMark extends Omit<ConfigurationMean, "configuration"> {
  /** As the legend calls it. */
  readonly side: string;
}

/** The data of marks, with the sides as legends call them. */
export function rankMarks(means: readonly ConfigurationMean[], names: ReadonlyMap<string, string>): RankMark[] {
  return means.map(({ configuration, ...mark }) => ({ ...mark, side: names.get(configuration) ?? configuration }));
}

/** Values over bars, where they have room beside each other. */
function withLabels(marks: readonly RankMark[], width: number): (RankMark & { readonly label?: string })[] {
  const labels = marks.map(({ mean }) => figure(mean));
  const widest = Math.max(...labels.map(({ length }) => 6 * length), 0);
  return widest * marks.length * 1.25 > width
    ? [...marks]
    : marks.map((mark, i) => ({ ...mark, label: labels[i] ?? "" }));
}

const RANK_TITLE = "LoRA rank r";

function beside(domain: readonly string[]): VegaLite {
  const x = { field: "rank", type: "ordinal", axis: { title: RANK_TITLE } };
  return { x, xOffset: { field: "side", type: "nominal", scale: { domain } } };
}

/**
 * The axis of ranks for points, evenly spaced, by the field `place`: lines cannot be drawn between the offsets of an ordinal
 * one.
 *
 * @param ranks ascending
 */
export function rankAxis(ranks: readonly number[]): { readonly x: VegaLite; place(rank: number): number } {
  const values = ranks.map((_, i) => i);
  const labelExpr = `[${ranks.join(",")}][datum.value]`;
  return {
    x: {
      ...{
        field: "place",
        type: "quantitative",
        scale: { domain: [-0.5, ranks.length - 0.5], nice: false, zero: false },
      },
      axis: { title: RANK_TITLE, values, labelExpr, grid: false, ticks: false },
    },
    place: (rank) => ranks.indexOf(rank),
  };
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
export function intervals(position: VegaLite, title: string): VegaLite {
  return {
    transform: [{ filter: "isValid(datum.low)" }],
    mark: { type: "errorbar" },
    encoding: { ...position, y: { field: "low", type: "quantitative", title }, y2: { field: "high" } },
  };
}

/** Bars from zero with whiskers, the sides of a rank beside each other. */
export function barsByRank(
  marks: readonly RankMark[],
  domain: readonly string[],
  { title, width, height }: Panel,
): VegaLite {
  const y = { field: "mean", type: "quantitative", title };
  const peak = { y: { ...y, field: "top" } };
  return {
    ...{ width, height },
    data: {
      values: withLabels(marks, width).map((mark) => ({ ...mark, top: Math.max(mark.mean, mark.high ?? -Infinity) })),
    },
    layer: [
      { mark: { type: "bar" }, encoding: { ...beside(domain), y, ...colour("side", domain), tooltip: tooltip(title) } },
      intervals(beside(domain), title),
      {
        transform: [{ filter: "isValid(datum.label)" }],
        mark: { type: "text", baseline: "bottom", dy: -3, fontSize: 10 },
        encoding: { ...beside(domain), ...peak, text: { field: "label" } },
      },
    ],
  };
}

/** Points with whiskers, joined by a thin line a side; the axis need not begin at zero. */
export function pointsByRank(
  marks: readonly RankMark[],
  domain: readonly string[],
  { title, width, height }: Panel,
): VegaLite {
  const axis = rankAxis([...new Set(marks.map(({ rank }) => rank))]);
  const apart = Math.min(SIDE_DISTANCE, 0.8 / domain.length);
  const values = marks.map((mark) => ({
    ...mark,
    place: axis.place(mark.rank) + (domain.indexOf(mark.side) - (domain.length - 1) / 2) * apart,
  }));
  const y = { field: "mean", type: "quantitative", title, scale: { zero: false, nice: true, padding: 12 } };
  return {
    ...{ width, height, data: { values } },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.5, strokeOpacity: 0.55 },
        encoding: { x: axis.x, y, ...colour("side", domain), strokeDash: dashOf(domain) },
      },
      intervals({ x: axis.x }, title),
      {
        mark: { type: "point" },
        encoding: { x: axis.x, y, ...colourAndShape("side", domain), tooltip: tooltip(title) },
      },
    ],
  };
}

/** How far beside each other two sides of a rank are, where ranks are 1 apart. */
const SIDE_DISTANCE = 0.12;

const dashOf = (domain: readonly string[]) => ({
  field: "side",
  type: "nominal",
  scale: { domain, range: DASH_RANGE },
  legend: topLegend(domain),
});

/** One of a picture's panels: the title of its values, with their unit, and its size in pixels. */
export interface Panel {
  readonly title: string;
  readonly width: number;
  readonly height: number;
}
