import { resolveWait } from "../../analysis/request/analysis-context.js";
import { rankScores } from "../../analysis/sensitivity/rank-scores.js";
import type { RankSensitivity } from "../../derive/sensitivity/layer-seed-test.js";
import { summarise } from "../../derive/statistics/sample.js";
import type { Cell } from "../../export/table.js";
import { largest, smallest } from "../../model/extremes.js";
import { count, figure, printable, shortNames } from "../labels.js";
import { blockAxis, colourAndShape, rangesOverSeeds } from "../parts/encodings.js";
import { shownRank } from "../parts/requested-rank.js";
import { subjectLine, type Subject } from "../parts/subject.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, VegaLite } from "../plot.js";

/** The sensitivity of one layer over the pairs of seeds. */
interface SensitiveLayer {
  readonly name: string;
  /** Block number; null if the layer has none. */
  readonly index: number | null;
  readonly module: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

interface LayerSensitivityFacts {
  readonly rank: number;
  /** Null where no layer was measured. */
  readonly basis: RankSensitivity["basis"] | null;
  /** Source of the scores, or why there are none. */
  readonly origin: string;
  /** In model order. */
  readonly layers: readonly SensitiveLayer[];
}

export const layerSensitivityKind = definePlotKind({
  name: "LAYER_SENSITIVITY",
  description:
    "Sensitivity of each layer to quantization at one rank: the measured KL divergence where it is stored, else the gap of the weights.",
  reads: "BEHAVIOUR",
  read: readLayerSensitivity,
  draw: layerSensitivityPlot,
});

/** @throws ARGUMENT_INVALID, EVALUATION_SET_NOT_FOUND */
async function readLayerSensitivity(request: PlotRequest): Promise<PlotFacts<LayerSensitivityFacts>> {
  const { context, study, options } = request;
  const rank = shownRank(request);
  if (rank === null) return complete({ rank: 0, basis: null, origin: "The study has no runs.", layers: [] });
  const { on, baseline, candidate } = options;
  const waitMilliseconds = resolveWait(options.waitSeconds, context);
  const [scores, layers] = await Promise.all([
    rankScores(context, study, { rank, on, roles: { baseline, candidate }, waitMilliseconds }),
    context.loaders.layers.load(study.id),
  ]);
  const byName = new Map(scores.sensitivity?.layers.map(({ layer, scores: values }) => [layer, values]));
  const measured = layers.flatMap(({ name, index, module }) => {
    const values = byName.get(name) ?? [];
    const sample = summarise(values);
    if (sample === undefined) return [];
    return [{ name, index, module, mean: sample.mean, min: smallest(values), max: largest(values), n: sample.n }];
  });
  return {
    facts: { rank, basis: scores.sensitivity?.basis ?? null, origin: scores.origin, layers: measured },
    pendingJobs: scores.pending,
  };
}

/** Titles of the axis and names in the table. */
const SCORES: Readonly<Record<RankSensitivity["basis"], { readonly axis: string; readonly column: string }>> = {
  MEASURED_KL: { axis: "KL divergence (nats per token)", column: "kl_divergence" },
  ACTIVATION_GAP: { axis: "relative gap of the outputs", column: "relative_gap" },
  FAIR_GAP: { axis: "relative gap of the weights", column: "relative_gap" },
};

/** The sensitivity of each layer by block, with the range over seeds. */
export function layerSensitivityPlot(subject: Subject, { rank, basis, origin, layers }: LayerSensitivityFacts): Plot {
  const { axis, column } = SCORES[basis ?? "MEASURED_KL"];
  const top = layers.reduce<SensitiveLayer | null>((best, one) => (best && best.mean >= one.mean ? best : one), null);
  const summary =
    top === null
      ? []
      : [`the largest of ${count(layers.length, "layer")}: ${printable(top.name)}, ${figure(top.mean)}`];
  return {
    title: `Sensitivity of the layers to quantization at rank ${rank}`,
    subtitle: [subjectLine(subject), ...(top === null ? [] : [printable(origin)]), ...summary],
    description: [
      `Sensitivity of each layer to quantization at rank ${rank} (${axis}).`,
      printable(origin),
      ...summary.map((text) => `It is ${text}.`),
    ].join(" "),
    notes: [],
    table: {
      columns: [
        { name: "rank", type: "integer" },
        { name: "layer", type: "text" },
        { name: "index", type: "integer" },
        { name: "module", type: "text" },
        { name: column, type: "number" },
        { name: "min", type: "number" },
        { name: "max", type: "number" },
        { name: "seeds", type: "integer" },
      ],
      rows: layers.map((one): Cell[] => [rank, one.name, one.index, one.module, one.mean, one.min, one.max, one.n]),
    },
    body: top === null ? { missing: printable(origin) } : body(layers, axis),
  };
}

function body(layers: readonly SensitiveLayer[], axis: string): VegaLite {
  const modules = shortNames(
    layers.map(({ module }) => module),
    36,
  );
  const blocks = blockAxis(layers);
  const values = layers.map(({ name, index, module, mean, min, max, n }) => ({
    layer: printable(name),
    block: blocks.labelOf(index),
    mean,
    seeds: n,
    // A single pair has no spread to draw.
    ...(n > 1 && { low: min, high: max }),
    module: modules.get(module) ?? module,
  }));
  const x = {
    field: "block",
    type: "ordinal",
    sort: null,
    scale: { domain: blocks.domain },
    axis: { title: "block" },
  };
  const y = { field: "mean", type: "quantitative", title: axis, scale: { zero: true, nice: true } };
  return {
    width: 620,
    height: 320,
    data: { values },
    layer: [
      ...(values.some(({ seeds }) => seeds > 1) ? [rangesOverSeeds(x)] : []),
      {
        mark: { type: "point", size: 70 },
        encoding: {
          x,
          y,
          ...colourAndShape("module", [...new Set(modules.values())]),
          tooltip: [
            { field: "layer", title: "layer" },
            { field: "mean", title: axis, format: ".6~g" },
            { field: "seeds", title: "seeds" },
          ],
        },
      },
    ],
  };
}
