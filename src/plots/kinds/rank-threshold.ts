import { acceptanceRule } from "../../analysis/judgement/measured-study.js";
import type { Degradation } from "../../derive/degradation/degradation.js";
import { notebookRankThreshold, rankThreshold, type RankThreshold } from "../../derive/degradation/rank-threshold.js";
import {
  comparedConfigurations,
  configurationMeanSteps,
  type ConfigurationMean,
} from "../../derive/runs/configuration-means.js";
import type { Cell } from "../../export/table.js";
import { capital, figure, metricLabel, sampleSizes, whiskers } from "../labels.js";
import { intervals, pointsByRank, rankAxis, rankMarks } from "../parts/by-rank.js";
import { INTERVAL_TOOLTIP, ONE_MARK, verdictColourAndShape } from "../parts/encodings.js";
import { configurationsText, legendNames, subjectLine, type Subject } from "../parts/subject.js";
import { INTERVAL_COLUMNS, meanCells } from "../parts/tables.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, PlotTable, VegaLite } from "../plot.js";

interface RankThresholdFacts {
  readonly metric: string;
  readonly means: readonly ConfigurationMean[];
  readonly degradations: readonly RankDegradation[];
  readonly threshold: RankThreshold;
  readonly thresholdPercent: number;
  readonly twoSided: boolean;
  readonly confidence: number;
}

interface RankDegradation {
  readonly rank: number;
  readonly degradation: Degradation;
}

export const rankThresholdKind = definePlotKind({
  name: "RANK_THRESHOLD",
  description:
    "The metric of baseline and candidate by rank, and the degradation with its interval, the threshold and r*.",
  reads: "METRICS",
  read: readRankThreshold,
  draw: rankThresholdPlot,
});

/** @throws ARGUMENT_INVALID */
async function readRankThreshold(request: PlotRequest): Promise<PlotFacts<RankThresholdFacts>> {
  const { measured, options, context } = request;
  const { runs, roles, metric } = measured;
  const rule = acceptanceRule(measured, options);
  const degradations = await context.derivations.degradations({ runs, roles, rule });
  return complete({
    metric,
    means: await context.derivations.inSteps(
      configurationMeanSteps(runs, comparedConfigurations(runs, roles), metric, options.confidence),
    ),
    degradations,
    threshold: options.rules === "NOTEBOOK" ? notebookRankThreshold(degradations) : rankThreshold(degradations),
    thresholdPercent: rule.thresholdPercent,
    twoSided: rule.twoSided,
    confidence: options.confidence,
  });
}

const WIDTH = 620;

/** The metric of each configuration by rank; below it, the degradation with its interval, the threshold and r*. */
export function rankThresholdPlot(subject: Subject, facts: RankThresholdFacts): Plot {
  const { metric, means, degradations, threshold, thresholdPercent, confidence } = facts;
  const label = metricLabel(metric);
  const result = thresholdText(threshold);
  const isDefined = ({ degradation }: RankDegradation) => degradation.percent !== null;
  const hasDegradation = degradations.some(isDefined);
  const withoutDegradation = degradations.filter((one) => !isDefined(one));
  return {
    title: `${capital(label)} and degradation by rank: ${configurationsText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(hasDegradation ? [result] : []),
      ...(means.length === 0 ? [] : [`${sampleSizes(means)}; ${whiskers(means, confidence)}`]),
    ],
    description: [
      `Degradation of ${label} by rank, against a threshold of ${figure(thresholdPercent)} %.`,
      ...degradations.map(({ rank, degradation }) => `Rank ${rank}: ${degradationText(degradation)}`),
      result,
    ].join(" "),
    notes: means.length === 0 || withoutDegradation.length === 0 ? [] : [undefinedNote(withoutDegradation)],
    table: tableOf(facts),
    body: means.length === 0 ? { missing: `No run of the study has ${metric}.` } : body(subject, facts),
  };
}

function body(subject: Subject, facts: RankThresholdFacts): VegaLite {
  const { metric, means, degradations } = facts;
  const names = legendNames(subject);
  const panel = { title: metricLabel(metric), width: WIDTH, height: 230 };
  const upper = pointsByRank(rankMarks(means, names), [...names.values()], panel);
  const hasDegradation = degradations.some(({ degradation }) => degradation.percent !== null);
  // The panels share one axis of ranks: that of the upper one.
  const ranks = [...new Set(means.map(({ rank }) => rank))];
  return {
    vconcat: hasDegradation ? [upper, degradationPanel(facts, ranks)] : [upper],
    spacing: 24,
    resolve: { scale: { color: "independent", shape: "independent" } },
  };
}

function thresholdText({ rank, reason }: RankThreshold): string {
  return rank === null ? `No r*: ${reason}` : reason;
}

function degradationText({ percent, interval, verdict, reason }: Degradation): string {
  if (percent === null) return reason ?? "The degradation is undefined.";
  const range = interval === null ? "" : ` (${figure(interval.low)} to ${figure(interval.high)})`;
  return `${figure(percent)} %${range}, ${verdict.toLowerCase()}.`;
}

function undefinedNote(degradations: readonly RankDegradation[]): string {
  const ranks = degradations.map(({ rank }) => rank).join(", ");
  const reason = degradations[0]?.degradation.reason ?? "It is undefined.";
  if (degradations.length === 1) return `No degradation at rank ${ranks}: ${reason}`;
  return `No degradation at ranks ${ranks}; at the first: ${reason}`;
}

function degradationPanel(facts: RankThresholdFacts, ranks: readonly number[]): VegaLite {
  const { degradations, threshold, thresholdPercent, twoSided } = facts;
  const { x, positionOf } = rankAxis(ranks);
  const values = degradations.flatMap(({ rank, degradation: { percent, interval, verdict } }) => {
    if (percent === null) return [];
    return {
      rank,
      place: positionOf(rank),
      percent,
      verdict: verdict.toLowerCase(),
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      star: rank === threshold.rank ? "r*" : null,
      top: Math.max(percent, interval?.high ?? -Infinity),
    };
  });
  const title = "degradation (%)";
  const y = { field: "percent", type: "quantitative", title };
  const thresholds = twoSided ? [thresholdPercent, -thresholdPercent] : [thresholdPercent];
  return {
    width: WIDTH,
    height: 170,
    data: { values },
    layer: [
      { data: ONE_MARK, mark: { type: "rule", style: "zero" }, encoding: { y: { datum: 0 } } },
      ...thresholds.flatMap(thresholdRule),
      intervals({ x }, title),
      {
        mark: { type: "point", size: 75 },
        encoding: { x, y, ...verdictColourAndShape(), tooltip: degradationTooltip(title) },
      },
      {
        transform: [{ filter: "isValid(datum.star)" }],
        mark: { type: "text", dy: -9, baseline: "bottom", fontWeight: "bold", fontSize: 12 },
        encoding: { x, y: { ...y, field: "top" }, text: { field: "star" } },
      },
    ],
  };
}

function degradationTooltip(title: string): VegaLite[] {
  return [
    { field: "rank", title: "rank" },
    { field: "percent", title, format: ".6~g" },
    ...INTERVAL_TOOLTIP,
    { field: "verdict", title: "verdict" },
  ];
}

function thresholdRule(percent: number): VegaLite[] {
  return [
    { data: ONE_MARK, mark: { type: "rule", style: "threshold" }, encoding: { y: { datum: percent } } },
    {
      data: ONE_MARK,
      mark: { type: "text", style: "threshold-label", align: "right", baseline: "bottom", dy: -3 },
      encoding: {
        x: { value: WIDTH },
        y: { datum: percent },
        text: { value: `threshold ${figure(percent)} %` },
      },
    },
  ];
}

function tableOf({ metric, means, degradations }: RankThresholdFacts): PlotTable {
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "quantity", type: "text" },
      { name: "side", type: "text" },
      { name: "value", type: "number" },
      ...INTERVAL_COLUMNS,
      { name: "verdict", type: "text" },
    ],
    rows: [
      ...means.map((mark): Cell[] => [mark.rank, metric, mark.configuration, ...meanCells(mark), null]),
      ...degradations.map(({ rank, degradation: { percent, interval, verdict } }): Cell[] => [
        rank,
        "degradation_percent",
        "candidate against baseline",
        percent,
        interval?.low ?? null,
        interval?.high ?? null,
        null,
        verdict,
      ]),
    ],
  };
}
