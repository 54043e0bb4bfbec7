import { configurationName } from "../../derive/runs/comparison-roles.js";
import { inParetoOrder, paretoAxes } from "../../derive/tradeoffs/pareto-frontier.js";
import { MetricName } from "../../model/enums/run.js";
import { count, figure, metricLabel, shortened, shortNames } from "../labels.js";
import { colourAndShape } from "../parts/encodings.js";
import { tooManyRuns } from "../parts/plotted-runs.js";
import { runsOfRequestedRank } from "../parts/requested-rank.js";
import { spreadLabels } from "../parts/spread-labels.js";
import { subjectLine, type Subject } from "../parts/subject.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, PlotTable, VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

/** A run that has both metrics, as a point of the tradeoff. */
interface TradeoffPoint {
  readonly name: string;
  readonly configuration: string;
  readonly rank: number;
  /** Peak memory, MB. */
  readonly x: number;
  readonly y: number;
  readonly dominated: boolean;
}

interface MemoryVsPerformance {
  readonly metric: string;
  /** Null if unknown. The frontier then assumes that lower is better, and says so. */
  readonly higherIsBetter: boolean | null;
  /** Ordered by ascending x. */
  readonly points: readonly TradeoffPoint[];
  /** In the order of the study's runs, so that colours are the same in all of its plots. */
  readonly configurations: readonly string[];
  /** Number of runs that lack one of the metrics. */
  readonly lacking: number;
  /** Why the runs are not shown, if there are too many. */
  readonly refusal?: string | null;
}

export const memoryVsPerformanceKind = definePlotKind({
  name: "MEMORY_VS_PERFORMANCE",
  description: "Peak memory of each run against its metric, with the Pareto frontier.",
  reads: "METRICS",
  read: readMemoryVsPerformance,
  draw: memoryVsPerformance,
});

async function readMemoryVsPerformance(request: PlotRequest): Promise<PlotFacts<MemoryVsPerformance>> {
  const { runs, metric, higherIsBetter } = runsOfRequestedRank(request);
  const refusal = tooManyRuns(runs);
  if (refusal !== null)
    return complete({ metric, higherIsBetter, points: [], configurations: [], lacking: 0, refusal });
  const points = runs.flatMap((run) => {
    const x = run.metrics.get(MetricName.PEAK_MEMORY_MB) ?? NaN;
    const y = run.metrics.get(metric) ?? NaN;
    return Number.isFinite(x) && Number.isFinite(y) ? [{ item: run, x, y }] : [];
  });
  const frontier = await request.context.derivations.paretoOrder(paretoAxes(points), {
    y: higherIsBetter ?? false,
  });
  return complete({
    metric,
    higherIsBetter,
    points: inParetoOrder(points, frontier).map(({ item, x, y, dominated }) => ({
      name: item.name,
      configuration: configurationName(item),
      rank: item.rank,
      x,
      y,
      dominated,
    })),
    configurations: [...new Set(points.map(({ item }) => configurationName(item)))],
    lacking: runs.length - points.length,
  });
}

const WIDTH = 620;
const HEIGHT = 360;
/** The points of a longer frontier are not labelled; their tooltips name them. */
const MAX_LABELS = 24;

/** Memory and metric of each run, and the Pareto frontier: the runs that no other run beats in both. */
export function memoryVsPerformance(subject: Subject, facts: MemoryVsPerformance): Plot {
  const { metric, higherIsBetter, points, lacking, refusal } = facts;
  const label = metricLabel(metric);
  const frontier = points.filter(({ dominated }) => !dominated);
  const better = higherIsBetter === true ? "higher" : "lower";
  const summary = [
    count(points.length, "run"),
    `the line is the Pareto frontier of ${count(frontier.length, "run")}: lower memory and ${better} ${label} are better`,
  ].join("; ");
  return {
    title: `Peak memory against ${label}`,
    subtitle: points.length === 0 ? [subjectLine(subject)] : [subjectLine(subject), summary],
    description: [
      `Peak memory in MB against ${label} of ${count(points.length, "run")}.`,
      "On the Pareto frontier:",
      ...frontier.map(({ name, x, y }) => `${shortened(name, 60)} (${figure(x)} MB, ${figure(y)});`),
    ].join(" "),
    notes: [
      ...(points.length > 0 && lacking > 0
        ? [`${count(lacking, "run")} omitted: without peak memory or without ${metric}.`]
        : []),
      ...(higherIsBetter === null ? [`Whether higher ${metric} is better is not known; lower is assumed.`] : []),
    ],
    table: tableOf(facts),
    body:
      points.length === 0
        ? { missing: refusal ?? `No run of the study has both a peak memory (metric peak_memory_mb) and ${metric}.` }
        : body(facts, frontier),
  };
}

function tableOf({ metric, points }: MemoryVsPerformance): PlotTable {
  return {
    columns: [
      { name: "run", type: "text" },
      { name: "configuration", type: "text" },
      { name: "rank", type: "integer" },
      { name: "peak_memory_mb", type: "number" },
      { name: metric, type: "number" },
      { name: "dominated", type: "boolean" },
    ],
    rows: points.map(({ name, configuration, rank, x, y, dominated }) => [name, configuration, rank, x, y, dominated]),
  };
}

type Extent = readonly [number, number];

function body({ metric, points, configurations }: MemoryVsPerformance, frontier: readonly TradeoffPoint[]): VegaLite {
  const label = metricLabel(metric);
  const short = shortNames(configurations);
  const xExtent = paddedExtent(points.map((point) => point.x));
  const yExtent = paddedExtent(points.map((point) => point.y));
  const x = { field: "x", type: "quantitative", title: "peak memory (MB)", scale: { domain: xExtent, nice: false } };
  const y = { field: "y", type: "quantitative", title: label, scale: { domain: yExtent, nice: false } };
  const labelled = labelledPoints(frontier.length <= MAX_LABELS ? frontier : [], xExtent, yExtent);
  const runs = points.map((point) => ({
    ...point,
    configuration: short.get(point.configuration) ?? point.configuration,
  }));
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
        data: { values: runs },
        mark: { type: "point", size: 80, strokeWidth: 1 },
        encoding: {
          x,
          y,
          ...colourAndShape("configuration", [...short.values()]),
          opacity: { condition: { test: "datum.dominated", value: 0.45 }, value: 1 },
          tooltip: tooltip(label),
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
        encoding: { x: { ...x, field: "labelX" }, y: { ...y, field: "labelY" }, text: { field: "text" } },
      },
    ],
  };
}

function tooltip(label: string): VegaLite[] {
  return [
    { field: "name", title: "run" },
    { field: "configuration", title: "configuration" },
    { field: "rank", title: "rank" },
    { field: "x", title: "peak memory (MB)", format: ",.6~g" },
    { field: "y", title: label, format: ".6~g" },
    { field: "dominated", title: "dominated" },
  ];
}

/** Returns points with the positions of their labels, in the units of the axes. */
function labelledPoints(points: readonly TradeoffPoint[], xExtent: Extent, yExtent: Extent) {
  const pixels = points.map((point) => ({
    x: pixelsOf(point.x, xExtent, WIDTH),
    y: HEIGHT - pixelsOf(point.y, yExtent, HEIGHT),
  }));
  const labels = spreadLabels(pixels, { width: WIDTH, height: HEIGHT, labelWidth: 40, labelHeight: 13 });
  return points.map((point, i) => {
    const { x = 0, y = 0, align = "left" } = labels[i] ?? {};
    return {
      ...point,
      labelX: valueOf(x, xExtent, WIDTH),
      labelY: valueOf(HEIGHT - y, yExtent, HEIGHT),
      align,
      text: `r = ${point.rank}`,
    };
  });
}

/** Returns the extent of `values` with room for symbols and labels around it. */
function paddedExtent(values: readonly number[]): Extent {
  const minimum = smallest(values);
  const maximum = largest(values);
  const room = (maximum - minimum || Math.abs(maximum) || 1) * 0.12;
  return [minimum - room, maximum + room];
}

function pixelsOf(value: number, [low, high]: Extent, length: number): number {
  return ((value - low) / (high - low)) * length;
}

function valueOf(pixels: number, [low, high]: Extent, length: number): number {
  return low + (pixels / length) * (high - low);
}
