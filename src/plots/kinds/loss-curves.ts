import type { AnalysisContext } from "../../analysis/request/analysis-context.js";
import { configurationName, type Run } from "../../derive/runs/comparison-roles.js";
import { evenlySpacedIndices } from "../../derive/statistics/evenly-spaced-indices.js";
import type { Cell } from "../../export/table.js";
import { capital, count, shortNames } from "../labels.js";
import { colour, dash, rankColour } from "../parts/encodings.js";
import { tooManyRuns } from "../parts/plotted-runs.js";
import { runsOfRequestedRank } from "../parts/requested-rank.js";
import { subjectLine, type Subject } from "../parts/subject.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, PlotTable, VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

interface RunCurve {
  readonly run: string;
  readonly configuration: string;
  readonly rank: number;
  /** Name as logged: `loss`, `eval_loss`. */
  readonly curve: string;
  readonly steps: readonly number[];
  /** Whether `steps` are epochs. */
  readonly byEpoch?: boolean;
  /** NaN and infinities as logged. */
  readonly values: readonly number[];
}

interface LossCurves {
  /** Null for all ranks. */
  readonly rank: number | null;
  readonly curves: readonly RunCurve[];
  /** Why the runs are not shown, if there are too many. */
  readonly refusal?: string | null;
}

export const lossCurvesKind = definePlotKind({
  name: "LOSS_CURVES",
  description: "Training and evaluation loss of the runs by step; restricted to one rank if `rank` is given.",
  reads: "CURVES",
  read: readLossCurves,
  draw: lossCurves,
});

async function readLossCurves(request: PlotRequest): Promise<PlotFacts<LossCurves>> {
  const { runs } = runsOfRequestedRank(request);
  const rank = request.options.rank ?? null;
  const refusal = tooManyRuns(runs);
  if (refusal !== null) return complete({ rank, curves: [], refusal });
  const names = PANELS.map(({ curve }) => curve);
  const curves = await Promise.all(
    runs.flatMap((run) => names.map((curve) => loggedCurve(request.context, run, curve))),
  );
  return complete({
    rank,
    curves: curves.filter((curve) => curve !== undefined),
  });
}

async function loggedCurve({ loaders }: AnalysisContext, run: Run, curve: string): Promise<RunCurve | undefined> {
  const series = await loaders.series.load({ experimentId: run.id, name: curve });
  if (series === undefined) return undefined;
  return {
    run: run.name,
    configuration: configurationName(run),
    rank: run.rank,
    curve,
    steps: series.steps,
    byEpoch: series.byEpoch,
    values: series.values,
  };
}

/** Maximum number of points in a plot: more take seconds to draw and are not visible. */
const MAX_POINTS = 24_000;
/** Maximum number of points in a curve: about one for each pixel of a panel's width. */
const MAX_POINTS_OF_CURVE = 360;
/** A curve with fewer points shows them. */
const FEW_POINTS = 40;

const PANELS = [
  { curve: "loss", title: "training loss" },
  { curve: "eval_loss", title: "evaluation loss" },
] as const;
type CurvePanel = (typeof PANELS)[number];

/** A curve with the points that are drawn. The value of a point is null if it is not finite. */
interface DrawnCurve extends RunCurve {
  readonly points: readonly { readonly step: number; readonly value: number | null }[];
}

/**
 * Training and evaluation loss by step. With several ranks, colours are ranks and dashes are configurations; with one rank,
 * colours are configurations too.
 */
export function lossCurves(subject: Subject, { rank, curves: logged, refusal }: LossCurves): Plot {
  const curves = ofOneClock(logged);
  const maximum = Math.max(2, Math.min(MAX_POINTS_OF_CURVE, Math.floor(MAX_POINTS / Math.max(1, curves.length))));
  const drawn = curves.map((curve) => thinned(curve, maximum));
  const panels = PANELS.filter(({ curve }) => drawn.some((one) => one.curve === curve));
  const runs = count(new Set(curves.map(({ run }) => run)).size, "run");
  const atRank = rank === null ? "" : ` at rank ${rank}`;
  const losses = panels.map(({ title }) => title).join(" and ") || "loss";
  return {
    title: `Loss by ${clockOf(curves)}${atRank}`,
    subtitle: curves.length === 0 ? [subjectLine(subject)] : [subjectLine(subject), runs],
    description: [
      `${capital(losses)} by ${clockOf(curves) === "step" ? "optimizer step" : "epoch"} of ${runs}${atRank}.`,
      ...panels.map(({ curve, title }) => `${capital(title)} ${endText(drawn.filter((one) => one.curve === curve))}.`),
    ].join(" "),
    notes: [...thinningNotes(drawn, maximum), ...gapNotes(curves), ...epochNotes(logged.length - curves.length)],
    table: tableOf(drawn),
    body:
      panels.length === 0
        ? { missing: refusal ?? `No run${atRank} has logged a curve named loss or eval_loss.` }
        : body(drawn, panels),
  };
}

/** Returns the curves by optimizer step; those by epoch if there are no others: one axis has one unit. */
function ofOneClock(curves: readonly RunCurve[]): readonly RunCurve[] {
  const bySteps = curves.filter(({ byEpoch }) => byEpoch !== true);
  return bySteps.length === 0 ? curves : bySteps;
}

function clockOf(curves: readonly RunCurve[]): "step" | "epoch" {
  return curves.length > 0 && curves.every(({ byEpoch }) => byEpoch === true) ? "epoch" : "step";
}

function epochNotes(leftOut: number): string[] {
  return leftOut === 0 ? [] : [`Without ${count(leftOut, "curve")} by epoch: their files give no optimizer steps.`];
}

function thinned(curve: RunCurve, maximum: number): DrawnCurve {
  const points = evenlySpacedIndices(curve.steps.length, maximum).map((i) => {
    const value = curve.values[i] ?? NaN;
    return { step: curve.steps[i] ?? NaN, value: Number.isFinite(value) ? value : null };
  });
  return { ...curve, points };
}

function thinningNotes(curves: readonly DrawnCurve[], maximum: number): string[] {
  const logged = curves.reduce((sum, { steps }) => sum + steps.length, 0);
  const shown = curves.reduce((sum, { points }) => sum + points.length, 0);
  if (shown === logged) return [];
  return [
    `Thinned from ${grouped(logged)} logged points to ${grouped(shown)}: at most ${maximum} of each curve, evenly spaced, including the first and the last.`,
  ];
}

function gapNotes(curves: readonly RunCurve[]): string[] {
  const broken = curves.filter(({ values }) => values.some((value) => !Number.isFinite(value)));
  return broken.length === 0 ? [] : [`${count(broken.length, "curve")} with gaps: values that are not finite.`];
}

/** Returns the range of the last finite values of the curves, as the end of a sentence. */
function endText(curves: readonly DrawnCurve[]): string {
  const last = curves.flatMap(({ values }) => values.findLast(Number.isFinite) ?? []);
  if (last.length === 0) return "has no finite value";
  const minimum = smallest(last).toPrecision(4);
  const maximum = largest(last).toPrecision(4);
  return minimum === maximum ? `ends at ${minimum}` : `ends between ${minimum} and ${maximum}`;
}

const GROUPED = new Intl.NumberFormat("en");
const grouped = (n: number) => GROUPED.format(n);

function tableOf(curves: readonly DrawnCurve[]): PlotTable {
  return {
    columns: [
      { name: "run", type: "text" },
      { name: "configuration", type: "text" },
      { name: "rank", type: "integer" },
      { name: "curve", type: "text" },
      { name: "step", type: "integer" },
      { name: "value", type: "number" },
    ],
    rows: curves.flatMap(({ points, run, configuration, rank, curve }) =>
      points.map(({ step, value }): Cell[] => [run, configuration, rank, curve, step, value]),
    ),
  };
}

function body(curves: readonly DrawnCurve[], panels: readonly CurvePanel[]): VegaLite {
  const configurations = [...shortNames(curves.map(({ configuration }) => configuration)).values()];
  const ranks = [...new Set(curves.map(({ rank }) => rank))].sort((left, right) => left - right);
  const lines = {
    ...(ranks.length > 1 ? rankColour(ranks, "stroke") : colour("configuration", configurations)),
    ...(configurations.length > 1 ? dash("configuration", configurations) : {}),
  };
  const width = panels.length === 1 ? 640 : 380;
  return {
    hconcat: panels.map((panel) => panelOf(panel, curves, lines, width)),
    spacing: 32,
    resolve: { scale: { color: "shared", strokeDash: "shared" } },
  };
}

function panelOf(
  { curve, title }: CurvePanel,
  curves: readonly DrawnCurve[],
  lines: VegaLite,
  width: number,
): VegaLite {
  const runs = shortNames(curves.map(({ run }) => run));
  const configurations = shortNames(curves.map(({ configuration }) => configuration));
  const own = curves.filter((one) => one.curve === curve);
  const hasFewPoints = own.every(({ points }) => points.length <= FEW_POINTS);
  const values = own.flatMap(({ run, configuration, rank, points }) =>
    points.map(({ step, value }) => ({
      step,
      value,
      rank,
      run: runs.get(run) ?? run,
      configuration: configurations.get(configuration) ?? configuration,
    })),
  );
  return {
    width,
    height: 320,
    data: { values },
    mark: { type: "line", strokeWidth: own.length > 20 ? 1.1 : 1.7, point: hasFewPoints ? { size: 14 } : false },
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        title: clockOf(own) === "step" ? "optimizer step" : "epoch",
        scale: { zero: false, nice: false },
      },
      y: { field: "value", type: "quantitative", title, scale: { zero: false, nice: true } },
      detail: { field: "run" },
      ...lines,
      tooltip: [{ field: "run" }, { field: "step" }, { field: "value", title, format: ".6~g" }],
    },
  };
}
