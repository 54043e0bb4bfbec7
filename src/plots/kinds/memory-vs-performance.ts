import { count, figure, metricLabel, shortened, shortNames } from "../labels.js";
import type { Picture, VegaLite } from "../picture.js";
import { colourAndShape, subjectLine, type Subject } from "./sides.js";
import { spreadLabels } from "./spread-labels.js";

/** A run with both metrics, as the Pareto frontier has it. */
export interface TradeoffPoint {
  readonly name: string;
  readonly configuration: string;
  readonly rank: number;
  /** Peak memory, MB. */
  readonly x: number;
  readonly y: number;
  readonly dominated: boolean;
}

export interface MemoryVsPerformance {
  readonly metric: string;
  readonly higherIsBetter: boolean;
  /** By ascending x. */
  readonly points: readonly TradeoffPoint[];
  /** In the order of the study's runs, so that colours are those of its other pictures. */
  readonly configurations: readonly string[];
  /** Runs that lack one of the metrics. */
  readonly lacking: number;
}

const WIDTH = 620;
const HEIGHT = 360;
/** A longer frontier is drawn without names; the tooltip has them. */
const MOST_LABELS = 24;

/** What each run costs and yields, and which of them no other run beats in both. */
export function memoryVsPerformance(subject: Subject, facts: MemoryVsPerformance): Picture {
  const { metric, higherIsBetter, points, lacking } = facts;
  const label = metricLabel(metric);
  const frontier = points.filter(({ dominated }) => !dominated);
  const better = higherIsBetter ? "higher" : "lower";
  return {
    title: `Peak memory against ${label}`,
    subtitle: [
      subjectLine(subject),
      ...(points.length === 0
        ? []
        : [
            `${count(points.length, "run")}; the line is the Pareto frontier of ${count(frontier.length, "run")}: lower memory and ${better} ${label} are better`,
          ]),
    ],
    description: [
      `Peak memory in MB against ${label} of ${count(points.length, "run")}.`,
      "On the Pareto frontier:",
      ...frontier.map(({ name, x, y }) => `${shortened(name, 60)} (${figure(x)} MB, ${figure(y)});`),
    ].join(" "),
    notes:
      points.length > 0 && lacking > 0 ? [`${count(lacking, "run")} without peak memory or ${metric} left out.`] : [],
    table: {
      columns: [
        { name: "run", type: "text" },
        { name: "configuration", type: "text" },
        { name: "rank", type: "integer" },
        { name: "peak_memory_mb", type: "number" },
        { name: metric, type: "number" },
        { name: "dominated", type: "boolean" },
      ],
      rows: points.map(({ name, configuration, rank, x, y, dominated }) => [
        name,
        configuration,
        rank,
        x,
        y,
        dominated,
      ]),
    },
    body:
      points.length === 0
        ? { missing: `No run of the study has both a peak memory (metric peak_memory_mb) and ${metric}.` }
        : body(points, frontier, label, facts.configurations),
  };
}

function body(
  points: readonly TradeoffPoint[],
  frontier: readonly TradeoffPoint[],
  label: string,
  given: readonly string[],
): VegaLite {
  const short = shortNames(given);
  const configurations = [...short.values()];
  const [xDomain, yDomain] = [padded(points.map(({ x }) => x)), padded(points.map(({ y }) => y))];
  const x = { field: "x", type: "quantitative", title: "peak memory (MB)", scale: { domain: xDomain, nice: false } };
  const y = { field: "y", type: "quantitative", title: label, scale: { domain: yDomain, nice: false } };
  const named = frontier.length <= MOST_LABELS ? frontier : [];
  const labels = spreadLabels(
    named.map((point) => ({ x: place(point.x, xDomain, WIDTH), y: HEIGHT - place(point.y, yDomain, HEIGHT) })),
    { width: WIDTH, height: HEIGHT, labelWidth: 40, labelHeight: 13 },
  );
  const labelled = named.map((point, i) => {
    const { x: left = 0, y: top = 0, align = "left" } = labels[i] ?? {};
    const [labelX, labelY] = [valueAt(left, xDomain, WIDTH), valueAt(HEIGHT - top, yDomain, HEIGHT)];
    return { ...point, labelX, labelY, align, text: `r = ${point.rank}` };
  });
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: frontier },
        mark: { type: "line", interpolate: "step-after", style: "frontier" },
        encoding: { x, y, order: { field: "x", type: "quantitative" } },
      },
      {
        data: { values: labelled },
        mark: { type: "rule", style: "leader" },
        encoding: { x, y, x2: { field: "labelX" }, y2: { field: "labelY" } },
      },
      {
        data: {
          values: points.map((point) => ({
            ...point,
            configuration: short.get(point.configuration) ?? point.configuration,
          })),
        },
        mark: { type: "point", size: 80, strokeWidth: 1 },
        encoding: {
          ...{ x, y },
          ...colourAndShape("configuration", configurations),
          opacity: { condition: { test: "datum.dominated", value: 0.45 }, value: 1 },
          tooltip: [
            { field: "name", title: "run" },
            { field: "configuration", title: "configuration" },
            { field: "rank", title: "rank" },
            { field: "x", title: "peak memory (MB)", format: ",.6~g" },
            { field: "y", title: label, format: ".6~g" },
            { field: "dominated", title: "dominated" },
          ],
        },
      },
      {
        data: { values: labelled },
        mark: {
          type: "text",
          baseline: "middle",
          align: { expr: "datum.align" },
          dx: { expr: "datum.align === 'left' ? 2 : -2" },
        },
        encoding: {
          x: { ...x, field: "labelX" },
          y: { ...y, field: "labelY" },
          text: { field: "text" },
        },
      },
    ],
  };
}

/** The extent of `values` with room for symbols and names around it. */
function padded(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || Math.abs(most) || 1) * 0.12;
  return [least - room, most + room];
}

function place(value: number, [low, high]: readonly [number, number], length: number): number {
  return ((value - low) / (high - low)) * length;
}

function valueAt(pixels: number, [low, high]: readonly [number, number], length: number): number {
  return low + (pixels / length) * (high - low);
}
