import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import { figure } from "../labels.js";
import type { VegaLite } from "../plot.js";
import { DASH_RANGE } from "../theme.js";
import { colour, colourAndShape, INTERVAL_TOOLTIP, topLegend } from "./encodings.js";
import { largest } from "../../model/extremes.js";

/** One panel of a plot: the title of its values, with their unit, and its size in pixels. */
interface Panel {
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** The data of one mark in a panel by rank; `side` is the configuration's name in the legend. */
interface RankMark {
  readonly rank: number;
  readonly side: string;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** Returns the marks of `means`, with the configurations' names in the legend. */
export function rankMarks(means: readonly ConfigurationMean[], names: ReadonlyMap<string, string>): RankMark[] {
  return means.map(({ configuration, ...mark }) => ({ ...mark, side: names.get(configuration) ?? configuration }));
}

/** Bars from zero with whiskers; the configurations of a rank are beside each other. */
export function barsByRank(
  marks: readonly RankMark[],
  domain: readonly string[],
  { title, width, height }: Panel,
): VegaLite {
  const position = barPosition(domain);
  const y = { field: "mean", type: "quantitative", title };
  const values = withLabels(marks, width).map((mark) => ({
    ...mark,
    top: Math.max(mark.mean, mark.high ?? -Infinity),
  }));
  return {
    width,
    height,
    data: { values },
    layer: [
      {
        mark: { type: "bar" },
        encoding: { ...position, y, ...colour("side", domain), tooltip: tooltip(title) },
      },
      intervals(position, title),
      {
        transform: [{ filter: "isValid(datum.label)" }],
        mark: { type: "text", baseline: "bottom", dy: -3, fontSize: 10 },
        encoding: { ...position, y: { ...y, field: "top" }, text: { field: "label" } },
      },
    ],
  };
}

/** Points with whiskers, joined by a thin line for each configuration. The axis need not begin at zero. */
export function pointsByRank(
  marks: readonly RankMark[],
  domain: readonly string[],
  { title, width, height }: Panel,
): VegaLite {
  const { x, positionOf } = rankAxis([...new Set(marks.map(({ rank }) => rank))]);
  const spacing = Math.min(POINT_SPACING, 0.8 / domain.length);
  const values = marks.map((mark) => ({
    ...mark,
    place: positionOf(mark.rank) + (domain.indexOf(mark.side) - (domain.length - 1) / 2) * spacing,
  }));
  const y = { field: "mean", type: "quantitative", title, scale: { zero: false, nice: true, padding: 12 } };
  const strokeDash = {
    field: "side",
    type: "nominal",
    scale: { domain, range: DASH_RANGE },
    legend: topLegend(domain),
  };
  return {
    width,
    height,
    data: { values },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.5, strokeOpacity: 0.55 },
        encoding: { x, y, ...colour("side", domain), strokeDash },
      },
      intervals({ x }, title),
      {
        mark: { type: "point" },
        encoding: { x, y, ...colourAndShape("side", domain), tooltip: tooltip(title) },
      },
    ],
  };
}

/** Whiskers from low to high, for marks that have an interval. */
export function intervals(position: VegaLite, title: string): VegaLite {
  return {
    transform: [{ filter: "isValid(datum.low)" }],
    mark: { type: "errorbar" },
    encoding: { ...position, y: { field: "low", type: "quantitative", title }, y2: { field: "high" } },
  };
}

interface RankAxis {
  /** The encoding of x. The position of a mark is in its field `place`. */
  readonly x: VegaLite;
  /** Returns the position of a rank on the axis. */
  positionOf(rank: number): number;
}

/**
 * Returns an axis of evenly spaced ranks for points. It is quantitative: an ordinal axis cannot draw lines between offset
 * points.
 *
 * @param ranks ascending
 */
export function rankAxis(ranks: readonly number[]): RankAxis {
  return {
    x: {
      field: "place",
      type: "quantitative",
      scale: { domain: [-0.5, ranks.length - 0.5], nice: false, zero: false },
      axis: {
        title: RANK_TITLE,
        values: ranks.map((_, i) => i),
        labelExpr: `[${ranks.join(",")}][datum.value]`,
        grid: false,
        ticks: false,
      },
    },
    positionOf: (rank) => ranks.indexOf(rank),
  };
}

const RANK_TITLE = "LoRA rank r";

/** Distance between the points of two configurations at one rank; ranks are 1 apart. */
const POINT_SPACING = 0.12;

function barPosition(domain: readonly string[]): VegaLite {
  return {
    x: { field: "rank", type: "ordinal", axis: { title: RANK_TITLE } },
    xOffset: { field: "side", type: "nominal", scale: { domain } },
  };
}

/** Adds the values above the bars if there is room for them. */
function withLabels(marks: readonly RankMark[], width: number): (RankMark & { readonly label?: string })[] {
  const labels = marks.map(({ mean }) => figure(mean));
  const widest = Math.max(0, largest(labels.map(({ length }) => 6 * length)));
  if (widest * marks.length * 1.25 > width) return [...marks];
  return marks.map((mark, i) => ({ ...mark, label: labels[i] ?? "" }));
}

function tooltip(title: string): VegaLite[] {
  return [
    { field: "side", title: "configuration" },
    { field: "rank", title: "rank" },
    { field: "mean", title, format: ".6~g" },
    ...INTERVAL_TOOLTIP,
    { field: "n", title: "runs" },
  ];
}
