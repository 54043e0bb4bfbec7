import { countOf } from "../../model/count-of.js";
import { DEFAULT_RULE } from "../../analysis/judgement/judgement-options.js";
import { acceptanceRule, measuredStudy } from "../../analysis/judgement/measured-study.js";
import type { AnalysisContext } from "../../analysis/request/analysis-context.js";
import type { Degradation } from "../../derive/degradation/degradation.js";
import { RankscopeError } from "../../errors.js";
import type { Cell } from "../../export/table.js";
import type { Study } from "../../store/studies/studies.js";
import { count, figure, metricLabel, shortNames } from "../labels.js";
import { INTERVAL_TOOLTIP, ONE_MARK, rankColour, verdictShape } from "../parts/encodings.js";
import { complete, definePlotKind, type PlotFacts, type PlotOptions, type PlotRequest } from "../plot-kind.js";
import type { Plot, PlotTable, VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

interface StudyDegradation {
  readonly slug: string;
  readonly rank: number;
  readonly degradation: Degradation;
}

interface DegradationAcrossStudies {
  readonly metric: string;
  readonly thresholdPercent: number;
  readonly twoSided: boolean;
  readonly confidence: number;
  /** Ordered by study, then by ascending rank. */
  readonly rows: readonly StudyDegradation[];
  /** Studies that are omitted, and why. */
  readonly notes: readonly string[];
}

export const degradationAcrossStudiesKind = definePlotKind({
  name: "DEGRADATION_ACROSS_STUDIES",
  description: "Degradation with its interval at every rank, for one or more studies.",
  reads: "METRICS",
  read: readOneStudy,
  draw: (_subject, facts: DegradationAcrossStudies) => degradationAcrossStudies(facts),
});

async function readOneStudy({ context, study, options }: PlotRequest): Promise<PlotFacts<DegradationAcrossStudies>> {
  return complete(await readDegradationAcrossStudies(context, [study], options));
}

/** Computes the degradation of studies at all their ranks. Their runs are read together. @throws ARGUMENT_INVALID */
export async function readDegradationAcrossStudies(
  context: AnalysisContext,
  studies: readonly Study[],
  options: PlotOptions,
): Promise<DegradationAcrossStudies> {
  const judged = await Promise.all(studies.map((study) => readStudy(context, study, options)));
  const known = judged.filter((one) => "metric" in one);
  const omitted = judged.flatMap((one) => ("metric" in one ? [] : [one.omitted])).sort();
  return {
    metric: known[0]?.metric ?? options.metricKey ?? options.metric ?? DEFAULT_RULE.metric,
    thresholdPercent: options.thresholdPercent,
    twoSided: options.twoSided || options.rules === "NOTEBOOK",
    confidence: options.confidence,
    rows: known.flatMap(({ rows }) => rows),
    notes: omitted.length === 0 ? [] : [`Without the requested baseline or candidate: ${omitted.join(", ")}.`],
  };
}

interface JudgedStudy {
  readonly metric: string;
  readonly rows: readonly StudyDegradation[];
}

/** The slug of a study that has no runs of the requested baseline or candidate. */
interface OmittedStudy {
  readonly omitted: string;
}

async function readStudy(
  { loaders, derivations }: AnalysisContext,
  { id, slug }: Study,
  options: PlotOptions,
): Promise<JudgedStudy | OmittedStudy> {
  try {
    const measured = await measuredStudy(loaders, id, options);
    const rule = acceptanceRule(measured, options);
    const rows = await derivations.degradations({ runs: measured.runs, roles: measured.roles, rule });
    return { metric: measured.metric, rows: rows.map(({ rank, degradation }) => ({ slug, rank, degradation })) };
  } catch (error) {
    if (!isMissingRoles(error)) throw error;
    return { omitted: slug };
  }
}

function isMissingRoles(error: unknown): boolean {
  return error instanceof RankscopeError && error.detail.where === "baseline and candidate";
}

type DefinedRow = StudyDegradation & { readonly percent: number };

/** The degradation of studies at their ranks, with intervals and the threshold. */
export function degradationAcrossStudies(facts: DegradationAcrossStudies): Plot {
  const { metric, rows } = facts;
  const label = metricLabel(metric);
  const defined = rows.flatMap((row) => {
    const { percent } = row.degradation;
    return percent === null ? [] : [{ ...row, percent }];
  });
  const shown = new Set(defined.map(({ slug }) => slug));
  const studies = count(shown.size, "study", "studies");
  return {
    title: `Degradation of ${label} across ${studies}`,
    subtitle: defined.length === 0 ? [] : [verdictText(defined), whiskerText(defined, facts.confidence)],
    description: `Degradation of ${label}, candidate against baseline, of ${studies} at ${count(defined.length, "rank")}${rangeText(defined)}; the threshold is ${figure(facts.thresholdPercent)} %.`,
    notes: [...facts.notes, ...omissionNotes(rows, shown)],
    table: tableOf(facts),
    body: defined.length === 0 ? { missing: missingText(facts) } : body(defined, facts),
  };
}

/** Counts the verdicts. Those of single runs are counted apart, because another seed may change them. */
function verdictText(rows: readonly DefinedRow[]): string {
  const firm = rows.filter(({ degradation }) => degradation.certainty === "INTERVAL");
  const numberOf = (verdict: string) => firm.filter(({ degradation }) => degradation.verdict === verdict).length;
  const points = rows.length - firm.length;
  return [
    `${count(rows.length, "rank")}: ${numberOf("ACCEPTABLE")} acceptable, ${numberOf("UNACCEPTABLE")} unacceptable`,
    `${numberOf("INCONCLUSIVE")} inconclusive`,
    ...(points === 0 ? [] : [`${countOf(points, "point estimate")} (single runs)`]),
  ].join(", ");
}

function whiskerText(rows: readonly DefinedRow[], confidence: number): string {
  const hasIntervals = rows.some(({ degradation }) => degradation.interval !== null);
  return hasIntervals
    ? `whiskers: ${figure(confidence * 100)} % interval, for ranks with several seeds`
    : "no intervals: one seed per configuration";
}

function rangeText(rows: readonly DefinedRow[]): string {
  if (rows.length === 0) return "";
  const percents = rows.map(({ percent }) => percent);
  return `, from ${figure(smallest(percents))} % to ${figure(largest(percents))} %`;
}

function omissionNotes(rows: readonly StudyDegradation[], shown: ReadonlySet<string>): string[] {
  const omitted = new Set(rows.map(({ slug }) => slug).filter((slug) => !shown.has(slug)));
  if (omitted.size === 0 || shown.size === 0) return [];
  return [`${count(omitted.size, "study", "studies")} without a degradation omitted.`];
}

function missingText({ rows, metric }: DegradationAcrossStudies): string {
  const [first] = rows;
  if (first === undefined) return "No study matches.";
  return `No study has a degradation of ${metric}: ${first.degradation.reason ?? "it is undefined."}`;
}

function tableOf({ metric, rows }: DegradationAcrossStudies): PlotTable {
  return {
    columns: [
      { name: "study", type: "text" },
      { name: "rank", type: "integer" },
      { name: "metric", type: "text" },
      { name: "percent", type: "number" },
      { name: "percent_low", type: "number" },
      { name: "percent_high", type: "number" },
      { name: "verdict", type: "text" },
      { name: "certainty", type: "text" },
      { name: "baseline_n", type: "integer" },
      { name: "candidate_n", type: "integer" },
      { name: "reason", type: "text" },
    ],
    rows: rows.map(
      ({ slug, rank, degradation: { percent, interval, verdict, certainty, baseline, candidate, reason } }): Cell[] => [
        slug,
        rank,
        metric,
        percent,
        interval?.low ?? null,
        interval?.high ?? null,
        verdict,
        certainty,
        baseline?.n ?? 0,
        candidate?.n ?? 0,
        reason,
      ],
    ),
  };
}

function body(rows: readonly DefinedRow[], { thresholdPercent, twoSided }: DegradationAcrossStudies): VegaLite {
  const names = shortNames(
    rows.map(({ slug }) => slug),
    36,
  );
  const ranks = [...new Set(rows.map(({ rank }) => rank))].sort((left, right) => left - right);
  const values = rows.map(({ slug, rank, percent, degradation: { interval, verdict, certainty } }) => ({
    study: names.get(slug) ?? slug,
    rank,
    percent,
    verdict: verdict.toLowerCase(),
    certainty: certainty === "INTERVAL" ? "interval" : "single runs",
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  }));
  const position = {
    y: { field: "study", type: "nominal", sort: null, title: null, axis: { labelOverlap: false, domain: false } },
    yOffset: { field: "rank", type: "ordinal", scale: { domain: ranks } },
  };
  const title = "degradation (%)";
  const thresholds = twoSided ? [-thresholdPercent, thresholdPercent] : [thresholdPercent];
  return {
    width: 560,
    height: { step: Math.max(22, 13 * ranks.length), for: "position" },
    data: { values },
    layer: [
      { data: ONE_MARK, mark: { type: "rule", style: "zero" }, encoding: { x: { datum: 0 } } },
      ...thresholds.flatMap(thresholdRule),
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "errorbar" },
        encoding: { ...position, x: { field: "low", type: "quantitative", title }, x2: { field: "high" } },
      },
      {
        mark: { type: "point", size: 55 },
        encoding: {
          ...position,
          x: { field: "percent", type: "quantitative", title },
          ...rankColour(ranks, "circle"),
          ...verdictShape(),
          // Fainter points are single runs.
          opacity: { condition: { test: "datum.certainty === 'interval'", value: 1 }, value: 0.5 },
          tooltip: [
            { field: "study" },
            { field: "rank" },
            { field: "percent", title, format: ".6~g" },
            ...INTERVAL_TOOLTIP,
            { field: "verdict" },
            { field: "certainty" },
          ],
        },
      },
    ],
  };
}

function thresholdRule(percent: number): VegaLite[] {
  return [
    { data: ONE_MARK, mark: { type: "rule", style: "threshold" }, encoding: { x: { datum: percent } } },
    {
      data: ONE_MARK,
      mark: { type: "text", style: "threshold-label", baseline: "bottom", dy: -2 },
      encoding: {
        x: { datum: percent },
        y: { value: 0 },
        text: { value: `threshold ${figure(percent)} %` },
      },
    },
  ];
}
