import type { Degradation } from "../../derive/degradation/degradation.js";
import type { RankThreshold } from "../../derive/degradation/rank-threshold.js";
import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import type { Cell } from "../../export/table.js";
import { capital, figure, metricLabel, sampleSizes, whiskers } from "../labels.js";
import type { Picture, PictureTable, VegaLite } from "../picture.js";
import { intervals, pointsByRank, rankAxis, rankMarks } from "./by-rank.js";
import { INTERVAL_COLUMNS, meanCells } from "./means-table.js";
import { sideNames, sidesText, subjectLine, topLegend, type Subject } from "./sides.js";

export interface RankThresholdFacts {
  readonly metric: string;
  readonly means: readonly ConfigurationMean[];
  readonly degradations: readonly { readonly rank: number; readonly degradation: Degradation }[];
  readonly threshold: RankThreshold;
  readonly thresholdPercent: number;
  readonly twoSided: boolean;
  readonly confidence: number;
}

const WIDTH = 620;

/** The metric of both sides by rank; below, the degradation with its interval against the threshold, and r*. */
export function rankThresholdPlot(subject: Subject, facts: RankThresholdFacts): Picture {
  const { metric, means, degradations, threshold, thresholdPercent, confidence } = facts;
  const names = sideNames(subject);
  const label = metricLabel(metric);
  const known = degradations.filter(({ degradation: { percent } }) => percent !== null);
  const found =
    threshold.rank === null
      ? `no r*: ${threshold.reason}`
      : `r* ${threshold.bound === "AT_MOST" ? "at most" : "="} ${threshold.rank}: ${threshold.reason}`;
  const undefinedAt = degradations.filter(({ degradation: { percent } }) => percent === null);
  // The panels stand over each other: both have the ranks of the upper one.
  const ranks = [...new Set(means.map(({ rank }) => rank))];
  const panels = [
    pointsByRank(rankMarks(means, names), [...names.values()], { title: label, width: WIDTH, height: 230 }),
    ...(known.length === 0 ? [] : [degradationPanel(facts, ranks)]),
  ];
  return {
    title: `${capital(label)} and degradation by rank: ${sidesText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(known.length === 0 ? [] : [found]),
      ...(means.length === 0 ? [] : [`${sampleSizes(means)}; ${whiskers(means, confidence)}`]),
    ],
    description: [
      `Degradation of ${label} by rank, against a threshold of ${figure(thresholdPercent)} %.`,
      ...degradations.map(({ rank, degradation }) => `Rank ${rank}: ${saidOf(degradation)}.`),
      `${found}.`,
    ].join(" "),
    notes: means.length === 0 || undefinedAt.length === 0 ? [] : [undefinedNote(undefinedAt)],
    table: table(facts),
    body:
      means.length === 0
        ? { missing: `No run of the study has ${metric}.` }
        : { vconcat: panels, spacing: 24, resolve: { scale: { color: "independent", shape: "independent" } } },
  };
}

function saidOf({ percent, interval, verdict, reason }: Degradation): string {
  if (percent === null) return reason ?? "undefined";
  const between = interval === null ? "" : ` (${figure(interval.low)} to ${figure(interval.high)})`;
  return `${figure(percent)} %${between}, ${verdict.toLowerCase()}`;
}

function undefinedNote(ranks: RankThresholdFacts["degradations"]): string {
  const [first] = ranks;
  const at = ranks.map(({ rank }) => rank).join(", ");
  return `No degradation at ${ranks.length === 1 ? "rank" : "ranks"} ${at}: ${first?.degradation.reason ?? "undefined"}${ranks.length > 1 ? ", and so on" : ""}.`;
}

function degradationPanel(
  { degradations, threshold, thresholdPercent, twoSided }: RankThresholdFacts,
  ranks: readonly number[],
): VegaLite {
  const { x, place } = rankAxis(ranks);
  const values = degradations.flatMap(({ rank, degradation: { percent, interval, verdict } }) =>
    percent === null
      ? []
      : [
          {
            ...{ rank, place: place(rank), percent, verdict: verdict.toLowerCase() },
            low: interval?.low ?? null,
            high: interval?.high ?? null,
            star: rank === threshold.rank ? "r*" : null,
            top: Math.max(percent, interval?.high ?? -Infinity),
          },
        ],
  );
  const title = "degradation (%)";
  const percent = { field: "percent", type: "quantitative", title };
  const verdicts = ["acceptable", "inconclusive", "unacceptable"];
  const rules = twoSided ? [thresholdPercent, -thresholdPercent] : [thresholdPercent];
  return {
    width: WIDTH,
    height: 170,
    data: { values },
    layer: [
      { data: { values: [{}] }, mark: { type: "rule", style: "zero" }, encoding: { y: { datum: 0 } } },
      ...rules.flatMap((at) => labelledRule(at, `threshold ${figure(at)} %`)),
      intervals({ x }, title),
      {
        mark: { type: "point", size: 75 },
        encoding: {
          x,
          y: percent,
          color: {
            field: "verdict",
            type: "nominal",
            scale: { domain: verdicts, range: VERDICT_COLOURS },
            legend: VERDICT_LEGEND,
          },
          shape: {
            field: "verdict",
            type: "nominal",
            scale: { domain: verdicts, range: ["circle", "diamond", "cross"] },
            legend: VERDICT_LEGEND,
          },
          tooltip: [
            { field: "rank", title: "rank" },
            { field: "percent", title, format: ".6~g" },
            { field: "low", title: "interval from", format: ".6~g" },
            { field: "high", title: "interval to", format: ".6~g" },
            { field: "verdict", title: "verdict" },
          ],
        },
      },
      {
        transform: [{ filter: "isValid(datum.star)" }],
        mark: { type: "text", dy: -9, baseline: "bottom", fontWeight: "bold", fontSize: 12 },
        encoding: { x, y: { ...percent, field: "top" }, text: { field: "star" } },
      },
    ],
  };
}

/** Green, orange and vermillion of the same palette, which are told apart on light and on dark ground. */
const VERDICT_COLOURS = ["#009E73", "#E69F00", "#D55E00"];
const VERDICT_LEGEND = topLegend(["acceptable", "inconclusive", "unacceptable"]);

function labelledRule(at: number, text: string): VegaLite[] {
  const data = { values: [{}] };
  return [
    { data, mark: { type: "rule", style: "threshold" }, encoding: { y: { datum: at } } },
    {
      data,
      mark: { type: "text", style: "threshold-label", align: "right", baseline: "bottom", dy: -3 },
      encoding: { x: { value: WIDTH }, y: { datum: at }, text: { value: text } },
    },
  ];
}

function table({ metric, means, degradations }: RankThresholdFacts): PictureTable {
  const rows = [
    ...means.map((mark): Cell[] => [mark.rank, metric, mark.configuration, ...meanCells(mark), null]),
    ...degradations.map(({ rank, degradation: { percent, interval, verdict } }): Cell[] => [
      ...[rank, "degradation_percent", "candidate against baseline", percent],
      ...[interval?.low ?? null, interval?.high ?? null, null, verdict],
    ]),
  ];
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "quantity", type: "text" },
      { name: "side", type: "text" },
      { name: "value", type: "number" },
      ...INTERVAL_COLUMNS,
      { name: "verdict", type: "text" },
    ],
    rows,
  };
}
