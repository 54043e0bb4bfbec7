import type { PlotTheme } from "../model/enums/export.js";
import type { VegaLite } from "./plot.js";

/** The family of the bundled font files. */
export const FONT = "Arimo";
/** Fonts of the same widths, for SVG viewers without it. */
const FONTS = `${FONT}, Arial, Helvetica, "Liberation Sans", sans-serif`;

interface Colours {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly alarm: string;
  readonly missing: string;
  readonly category: readonly string[];
  /** The part of viridis that contrasts with the background. */
  readonly ordinal: readonly [number, number];
}

/**
 * Categories use the palette of Okabe and Ito (2008, "Color Universal Design"), which is distinguishable with any colour
 * vision; the dark theme begins with its lighter colours. Shapes and dashes repeat the distinction.
 */
const COLOURS: Readonly<Record<PlotTheme, Colours>> = {
  LIGHT: {
    background: "#ffffff",
    text: "#1f2328",
    faint: "#59636e",
    grid: "#e4e7eb",
    alarm: "#b3261e",
    missing: "#d5d9de",
    category: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00"],
    ordinal: [0, 0.85],
  },
  DARK: {
    background: "#0d1117",
    text: "#e6edf3",
    faint: "#9da7b3",
    grid: "#2b323b",
    alarm: "#ff8a80",
    missing: "#3a424d",
    category: ["#56B4E9", "#E69F00", "#2BC59A", "#CC79A7", "#F0E442", "#FFFFFF", "#D55E00"],
    ordinal: [0.25, 1],
  },
};

/** One shape and one dash pattern for each colour. */
const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"];
const DASHES = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 4],
  [12, 3],
  [1, 3],
];

/** Returns Vega-Lite's `config` of a theme. Specifications refer to its styles and ranges and are the same in every theme. */
export function themeConfig(theme: PlotTheme): VegaLite {
  const { background, text, faint, grid, alarm, missing, category, ordinal } = COLOURS[theme];
  const labels = {
    labelColor: faint,
    titleColor: text,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
  };
  return {
    background,
    font: FONTS,
    padding: 14,
    view: { stroke: null },
    title: {
      color: text,
      fontSize: 16,
      fontWeight: "bold",
      anchor: "start",
      offset: 14,
      subtitleColor: faint,
      subtitleFontSize: 12,
      subtitleLineHeight: 16,
      subtitlePadding: 5,
      frame: "bounds",
    },
    axis: {
      ...labels,
      titlePadding: 8,
      gridColor: grid,
      domainColor: faint,
      tickColor: faint,
      labelLimit: 260,
      labelOverlap: "greedy",
      labelSeparation: 6,
      labelFlush: false,
    },
    axisX: { labelAngle: 0 },
    axisBand: { grid: false, labelAngle: 0, ticks: false },
    legend: {
      ...labels,
      labelLimit: 260,
      titleLimit: 260,
      symbolSize: 90,
      symbolStrokeWidth: 2,
      symbolOpacity: 1,
      symbolBaseFillColor: faint,
      symbolBaseStrokeColor: faint,
    },
    header: { labelColor: text, labelFontSize: 12, titleColor: text, labelLimit: 240 },
    // Screen readers use the description: labels of thousands of marks would be useless.
    mark: { aria: false },
    text: { color: text, fontSize: 11 },
    bar: { cornerRadiusEnd: 1 },
    line: { strokeWidth: 2 },
    point: { size: 60, filled: true, opacity: 1 },
    errorbar: {
      rule: { color: text, strokeWidth: 1.2, opacity: 0.85 },
      ticks: { color: text, thickness: 1.2, size: 7, opacity: 0.85 },
    },
    style: {
      threshold: { color: alarm, strokeWidth: 1.5, strokeDash: [6, 4] },
      "threshold-label": { color: alarm, fontSize: 11 },
      mean: { color: faint, strokeWidth: 1.2, strokeDash: [2, 3] },
      "mean-label": { color: faint, fontSize: 11 },
      zero: { color: faint, strokeWidth: 1 },
      leader: { color: faint, strokeWidth: 0.8 },
      frontier: { color: text, strokeWidth: 1.5, opacity: 0.7 },
      undefined: { color: missing },
      reason: { color: text, fontSize: 13 },
    },
    range: {
      category,
      symbol: SHAPES,
      ramp: { scheme: "viridis" },
      heatmap: { scheme: "viridis" },
      ordinal: { scheme: "viridis", extent: ordinal },
    },
  };
}

/** The ranges by which a nominal field is drawn in addition to its colour. */
export const DASH_RANGE: readonly (readonly number[])[] = DASHES;
export const SHAPE_RANGE: readonly string[] = SHAPES;
