import type { VegaLite } from "../plot.js";
import { DASH_RANGE, SHAPE_RANGE } from "../theme.js";
import { largest } from "../../model/extremes.js";

/** Width of a legend in pixels. */
const LEGEND_WIDTH = 620;

/** A legend above the plot, with as many columns as its names leave room for. */
export function topLegend(names: readonly string[], title: string | null = null): VegaLite {
  const widest = Math.max(1, largest(names.map((name) => 30 + 7 * name.length)));
  const columns = Math.max(1, Math.min(12, Math.floor(LEGEND_WIDTH / widest)));
  return { title, orient: "top", direction: "horizontal", columns };
}

/** Encodes a nominal field by colour only: for bars, which are in the legend's order. */
export function colour(field: string, domain: readonly string[], title: string | null = null): VegaLite {
  return { color: { field, type: "nominal", scale: { domain }, legend: topLegend(domain, title) } };
}

/** Encodes a nominal field by colour and by shape. */
export function colourAndShape(field: string, domain: readonly string[], title: string | null = null): VegaLite {
  return {
    ...colour(field, domain, title),
    shape: { field, type: "nominal", scale: { domain, range: SHAPE_RANGE }, legend: topLegend(domain, title) },
  };
}

/** Encodes a nominal field by the dashes of lines. */
export function dash(field: string, domain: readonly string[], title: string | null = null): VegaLite {
  return {
    strokeDash: {
      field,
      type: "nominal",
      scale: { domain, range: DASH_RANGE },
      legend: { ...topLegend(domain, title), symbolType: "stroke", symbolSize: 300 },
    },
  };
}

/** Encodes a rank by an ordinal colour scale. @param ranks ascending */
export function rankColour(ranks: readonly number[], symbolType: "circle" | "stroke"): VegaLite {
  return {
    color: {
      field: "rank",
      type: "ordinal",
      scale: { domain: ranks, range: "ordinal" },
      legend: { ...topLegend(ranks.map(String), "rank"), symbolType },
    },
  };
}

/** The verdicts on a degradation, as plots write them. */
const VERDICTS = ["acceptable", "inconclusive", "unacceptable"];
/** Green, orange and vermilion of the palette of themes, distinguishable on light and dark backgrounds. */
const VERDICT_COLOURS = ["#009E73", "#E69F00", "#D55E00"];

/** Encodes the field `verdict` by shape. */
export function verdictShape(): VegaLite {
  return {
    shape: {
      field: "verdict",
      type: "nominal",
      scale: { domain: VERDICTS, range: ["circle", "diamond", "cross"] },
      legend: topLegend(VERDICTS),
    },
  };
}

/** Encodes the field `verdict` by colour and by shape. */
export function verdictColourAndShape(): VegaLite {
  return {
    color: {
      field: "verdict",
      type: "nominal",
      scale: { domain: VERDICTS, range: VERDICT_COLOURS },
      legend: topLegend(VERDICTS),
    },
    ...verdictShape(),
  };
}

/** Rows of a tooltip for the ends of an interval. */
export const INTERVAL_TOOLTIP: readonly VegaLite[] = [
  { field: "low", title: "interval from", format: ".6~g" },
  { field: "high", title: "interval to", format: ".6~g" },
];

/** Vertical lines from the fields `low` to `high` of the marks that have both: the range over seeds. @param x encoding of x */
export function rangesOverSeeds(x: VegaLite): VegaLite {
  return {
    transform: [{ filter: "isValid(datum.low)" }],
    mark: { type: "rule", strokeOpacity: 0.6 },
    encoding: { x, y: { field: "low", type: "quantitative" }, y2: { field: "high" } },
  };
}

/** The data of a mark that is drawn once, at a constant position. */
export const ONE_MARK: VegaLite = { values: [{}] };

interface BlockAxis {
  /** Labels of the blocks in model order. */
  readonly domain: readonly string[];
  /** Returns the label of a block; null is the label of layers without a block number. */
  labelOf(index: number | null): string;
}

/** Returns the axis of the blocks that `layers` belong to. @param layers in model order */
export function blockAxis(layers: readonly { readonly index: number | null }[]): BlockAxis {
  const labelOf = (index: number | null) => (index === null ? "none" : String(index));
  return { domain: [...new Set(layers.map(({ index }) => labelOf(index)))], labelOf };
}
