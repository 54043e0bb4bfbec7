import { evenlySpacedIndices } from "../../derive/statistics/evenly-spaced-indices.js";
import type { Cell } from "../../export/table.js";
import { count, shortNames } from "../labels.js";
import type { Picture, VegaLite } from "../picture.js";
import { colour, dash, subjectLine, topLegend, type Subject } from "./sides.js";

export interface RunCurve {
  readonly run: string;
  readonly configuration: string;
  readonly rank: number;
  /** As logged: `loss`, `eval_loss`. */
  readonly curve: string;
  readonly steps: readonly number[];
  /** NaN and infinities as logged. */
  readonly values: readonly number[];
}

export interface LossCurves {
  /** Null: of all ranks. */
  readonly rank: number | null;
  readonly curves: readonly RunCurve[];
}

/** Points of a picture: more take seconds to draw, and are not seen. */
const MOST_POINTS = 24_000;
/** Points of a curve that is as wide as a panel is in pixels. */
const MOST_OF_ONE = 360;
/** A curve of fewer points shows them. */
const FEW_POINTS = 40;

const PANELS = [
  { curve: "loss", title: "training loss" },
  { curve: "eval_loss", title: "evaluation loss" },
] as const;

/** Training and evaluation loss over the steps. Colours are ranks, dashes configurations; of one rank colours are those too. */
export function lossCurves(subject: Subject, { rank, curves }: LossCurves): Picture {
  const most = Math.max(2, Math.min(MOST_OF_ONE, Math.floor(MOST_POINTS / Math.max(1, curves.length))));
  const drawn = curves.map((curve) => {
    const kept = evenlySpacedIndices(curve.steps.length, most);
    const points = kept.map((i) => {
      const value = curve.values[i];
      return { step: curve.steps[i] ?? NaN, value: value !== undefined && Number.isFinite(value) ? value : null };
    });
    return { ...curve, points };
  });
  const logged = curves.reduce((sum, { steps }) => sum + steps.length, 0);
  const shown = drawn.reduce((sum, { points }) => sum + points.length, 0);
  const broken = curves.filter(({ values }) => values.some((value) => !Number.isFinite(value)));
  const runs = new Set(curves.map(({ run }) => run));
  const where = rank === null ? "" : ` at rank ${rank}`;
  const panels = PANELS.filter(({ curve }) => drawn.some((one) => one.curve === curve));
  return {
    title: `Loss over the steps${where}`,
    subtitle: [subjectLine(subject), ...(curves.length === 0 ? [] : [count(runs.size, "run")])],
    description: [
      `${panels.map(({ title }) => title).join(" and ") || "loss"} over optimizer steps of ${count(runs.size, "run")}${where}.`,
      ...panels.map(({ curve, title }) => `${title}: ${ends(drawn.filter((one) => one.curve === curve))}.`),
    ].join(" "),
    notes: [
      ...(shown < logged
        ? [
            `Thinned from ${grouped(logged)} logged points to ${grouped(shown)}: of each curve at most ${most}, evenly spaced, first and last among them.`,
          ]
        : []),
      ...(broken.length > 0 ? [`${count(broken.length, "curve")} with values that are not finite: gaps there.`] : []),
    ],
    table: {
      columns: [
        { name: "run", type: "text" },
        { name: "configuration", type: "text" },
        { name: "rank", type: "integer" },
        { name: "curve", type: "text" },
        { name: "step", type: "integer" },
        { name: "value", type: "number" },
      ],
      rows: drawn.flatMap(({ points, run, configuration, curve, ...one }) =>
        points.map(({ step, value }): Cell[] => [run, configuration, one.rank, curve, step, value]),
      ),
    },
    body:
      panels.length === 0 ? { missing: `No run${where} has logged a curve loss or eval_loss.` } : body(drawn, panels),
  };
}

type DrawnCurve = RunCurve & { readonly points: readonly { readonly step: number; readonly value: number | null }[] };

function body(drawn: readonly DrawnCurve[], panels: readonly (typeof PANELS)[number][]): VegaLite {
  const runs = shortNames(drawn.map(({ run }) => run));
  const configurations = shortNames(drawn.map(({ configuration }) => configuration));
  const domain = [...configurations.values()];
  const ranks = [...new Set(drawn.map(({ rank }) => rank))].sort((left, right) => left - right);
  const byRank = {
    color: {
      field: "rank",
      type: "ordinal",
      scale: { domain: ranks, range: "ordinal" },
      legend: { ...topLegend(ranks.map(String), "rank"), symbolType: "stroke" },
    },
    ...(domain.length > 1 ? dash("configuration", domain) : {}),
  };
  const byConfiguration = {
    ...colour("configuration", domain),
    ...(domain.length > 1 ? dash("configuration", domain) : {}),
  };
  const panel = ({ curve, title }: (typeof PANELS)[number]) => {
    const own = drawn.filter((one) => one.curve === curve);
    const few = own.every(({ points }) => points.length <= FEW_POINTS);
    const values = own.flatMap(({ run, configuration, rank, points }) =>
      points.map((point) => ({
        ...{ ...point, rank, run: runs.get(run) ?? run },
        configuration: configurations.get(configuration) ?? configuration,
      })),
    );
    return {
      ...{ width: panels.length === 1 ? 640 : 380, height: 320, data: { values } },
      mark: { type: "line", strokeWidth: own.length > 20 ? 1.1 : 1.7, point: few ? { size: 14 } : false },
      encoding: {
        x: { field: "step", type: "quantitative", title: "optimizer step", scale: { zero: false, nice: false } },
        y: { field: "value", type: "quantitative", title, scale: { zero: false, nice: true } },
        detail: { field: "run" },
        ...(ranks.length > 1 ? byRank : byConfiguration),
        tooltip: [{ field: "run" }, { field: "step" }, { field: "value", title, format: ".6~g" }],
      },
    };
  };
  return { hconcat: panels.map(panel), spacing: 32, resolve: { scale: { color: "shared", strokeDash: "shared" } } };
}

/** Where curves end: the least and the greatest of their last finite values. */
function ends(curves: readonly DrawnCurve[]): string {
  const last = curves.flatMap(({ values }) => values.findLast(Number.isFinite) ?? []);
  if (last.length === 0) return "no finite value";
  const [least, most] = [Math.min(...last), Math.max(...last)].map((value) => value.toPrecision(4));
  return least === most ? `ends at ${least}` : `ends from ${least} to ${most}`;
}

const GROUPED = new Intl.NumberFormat("en");
const grouped = (n: number) => GROUPED.format(n);
