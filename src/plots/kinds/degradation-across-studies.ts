import type { Degradation } from "../../derive/degradation/degradation.js";
import type { Cell } from "../../export/table.js";
import { count, figure, metricLabel, shortNames } from "../labels.js";
import type { Picture, VegaLite } from "../picture.js";
import { topLegend } from "./sides.js";

export interface StudyDegradation {
  readonly slug: string;
  readonly rank: number;
  readonly degradation: Degradation;
}

export interface DegradationAcrossStudies {
  readonly metric: string;
  readonly thresholdPercent: number;
  readonly twoSided: boolean;
  readonly confidence: number;
  /** By study, then ascending rank. */
  readonly rows: readonly StudyDegradation[];
  /** What the caller left out, and why. */
  readonly notes: readonly string[];
}

/** The degradation of studies at their ranks, with intervals, against the threshold. */
export function degradationAcrossStudies(facts: DegradationAcrossStudies): Picture {
  const { metric, thresholdPercent, confidence, rows } = facts;
  const label = metricLabel(metric);
  const known = rows.flatMap((row) =>
    row.degradation.percent === null ? [] : [{ ...row, percent: row.degradation.percent }],
  );
  const shown = new Set(known.map(({ slug }) => slug));
  const empty = [...new Set(rows.map(({ slug }) => slug))].filter((slug) => !shown.has(slug));
  const percents = known.map(({ percent }) => percent);
  const studies = count(shown.size, "study", "studies");
  const verdicts = (verdict: string) => known.filter(({ degradation }) => degradation.verdict === verdict).length;
  return {
    title: `Degradation of ${label} across ${studies}`,
    subtitle:
      known.length === 0
        ? []
        : [
            `${verdicts("ACCEPTABLE")} acceptable, ${verdicts("UNACCEPTABLE")} unacceptable, ${verdicts("INCONCLUSIVE")} inconclusive of ${count(known.length, "rank")}; ` +
              (known.some(({ degradation }) => degradation.interval !== null)
                ? `whiskers: ${figure(confidence * 100)} % interval, where there are seeds`
                : "one seed a side: no intervals"),
          ],
    description: [
      `Degradation of ${label}, candidate against baseline, of ${studies} at ${count(known.length, "rank")}`,
      ...(percents.length === 0
        ? []
        : [`, from ${figure(Math.min(...percents))} % to ${figure(Math.max(...percents))} %`]),
      `; the threshold is ${figure(thresholdPercent)} %.`,
    ].join(""),
    notes: [
      ...facts.notes,
      ...(empty.length > 0 && known.length > 0
        ? [`${count(empty.length, "study", "studies")} without a degradation left out.`]
        : []),
    ],
    table: {
      columns: [
        { name: "study", type: "text" },
        { name: "rank", type: "integer" },
        { name: "metric", type: "text" },
        { name: "percent", type: "number" },
        { name: "percent_low", type: "number" },
        { name: "percent_high", type: "number" },
        { name: "verdict", type: "text" },
        { name: "reason", type: "text" },
      ],
      rows: rows.map(({ slug, rank, degradation: { percent, interval, verdict, reason } }): Cell[] => [
        ...[slug, rank, metric, percent, interval?.low ?? null, interval?.high ?? null, verdict, reason],
      ]),
    },
    body: known.length === 0 ? { missing: nothing(rows, metric) } : body(known, facts),
  };
}

function nothing(rows: readonly StudyDegradation[], metric: string): string {
  const [first] = rows;
  return first === undefined
    ? "No study was found."
    : `No study has a degradation of ${metric}: ${first.degradation.reason ?? "undefined"}.`;
}

function body(
  known: readonly (StudyDegradation & { readonly percent: number })[],
  { thresholdPercent, twoSided }: DegradationAcrossStudies,
): VegaLite {
  const slugs = shortNames(
    known.map(({ slug }) => slug),
    36,
  );
  const ranks = [...new Set(known.map(({ rank }) => rank))].sort((left, right) => left - right);
  const values = known.map(({ slug, rank, percent, degradation: { interval, verdict } }) => ({
    ...{ study: slugs.get(slug) ?? slug, rank, percent, verdict: verdict.toLowerCase() },
    ...{ low: interval?.low ?? null, high: interval?.high ?? null },
  }));
  const y = {
    y: { field: "study", type: "nominal", sort: null, title: null, axis: { labelOverlap: false, domain: false } },
    yOffset: { field: "rank", type: "ordinal", scale: { domain: ranks } },
  };
  const title = "degradation (%)";
  const rules = twoSided ? [-thresholdPercent, thresholdPercent] : [thresholdPercent];
  const verdicts = ["acceptable", "inconclusive", "unacceptable"];
  return {
    width: 560,
    height: { step: Math.max(22, 13 * ranks.length), for: "position" },
    data: { values },
    layer: [
      { data: { values: [{}] }, mark: { type: "rule", style: "zero" }, encoding: { x: { datum: 0 } } },
      ...rules.flatMap((at) => [
        { data: { values: [{}] }, mark: { type: "rule", style: "threshold" }, encoding: { x: { datum: at } } },
        {
          data: { values: [{}] },
          mark: { type: "text", style: "threshold-label", baseline: "bottom", dy: -2 },
          encoding: { x: { datum: at }, y: { value: 0 }, text: { value: `threshold ${figure(at)} %` } },
        },
      ]),
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "errorbar" },
        encoding: { ...y, x: { field: "low", type: "quantitative", title }, x2: { field: "high" } },
      },
      {
        mark: { type: "point", size: 55 },
        encoding: {
          ...y,
          x: { field: "percent", type: "quantitative", title },
          color: {
            ...{ field: "rank", type: "ordinal", scale: { domain: ranks, range: "ordinal" } },
            legend: { ...topLegend(ranks.map(String), "rank"), symbolType: "circle" },
          },
          shape: {
            ...{
              field: "verdict",
              type: "nominal",
              scale: { domain: verdicts, range: ["circle", "diamond", "cross"] },
            },
            legend: topLegend(verdicts),
          },
          tooltip: [
            { field: "study" },
            { field: "rank" },
            { field: "percent", title, format: ".6~g" },
            { field: "low", title: "interval from", format: ".6~g" },
            { field: "high", title: "interval to", format: ".6~g" },
            { field: "verdict" },
          ],
        },
      },
    ],
  };
}
