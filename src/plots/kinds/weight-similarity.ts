import type { UndefinedReason } from "../../derive/undefined-reason.js";
import { count, figure, printable, shortNames } from "../labels.js";
import type { Picture, VegaLite } from "../picture.js";
import { cosinesTable } from "./cosines-table.js";
import { colourAndShape, type Subject } from "./sides.js";
import { comparedLines, comparedNotes, nothingCompared, type ComparedRuns } from "./weights-subject.js";

export interface LayerCosine {
  readonly name: string;
  /** Block number; null where the layer has none. */
  readonly index: number | null;
  readonly module: string;
  readonly cosine: number | null;
  readonly undefinedReason: UndefinedReason | null;
}

export interface WeightSimilarityFacts extends ComparedRuns {
  /** In model order. */
  readonly layers: readonly LayerCosine[];
  readonly mean: number | null;
  readonly threshold: number;
}

const WIDTH = 620;

/** The cosine of two runs' updates, layer by layer, against the threshold and their mean. */
export function weightSimilarity(subject: Subject, facts: WeightSimilarityFacts): Picture {
  const { rank, layers, mean, threshold } = facts;
  const reasons = layers.map(({ undefinedReason }) => undefinedReason);
  const known = layers.flatMap((layer) => (layer.cosine === null ? [] : [{ ...layer, cosine: layer.cosine }]));
  const cosines = known.map(({ cosine }) => cosine);
  const summary =
    mean === null
      ? []
      : [
          `mean ${figure(mean)} over ${known.length} of ${count(layers.length, "layer")}, ${mean > threshold ? "above" : "not above"} the threshold of ${figure(threshold)}`,
        ];
  return {
    title: `Similarity of the weight updates by layer at rank ${rank}`,
    subtitle: [...comparedLines(subject, facts), ...(known.length === 0 ? [] : summary)],
    description: [
      `Cosine similarity of the two updates of each layer at rank ${rank}.`,
      ...summary.map((text) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}.`),
      ...(known.length === 0 ? [] : [`From ${figure(Math.min(...cosines))} to ${figure(Math.max(...cosines))}.`]),
    ].join(" "),
    notes: known.length === 0 ? [] : comparedNotes(facts, reasons),
    table: cosinesTable(
      rank,
      layers.map((layer) => ({ layer, part: null, cosine: layer.cosine, undefinedReason: layer.undefinedReason })),
      { withParts: false },
    ),
    body: known.length === 0 ? { missing: nothingCompared(facts, reasons) } : body(layers, known, mean, threshold),
  };
}

function body(
  layers: readonly LayerCosine[],
  known: readonly (LayerCosine & { readonly cosine: number })[],
  mean: number | null,
  threshold: number,
): VegaLite {
  const modules = shortNames(
    layers.map(({ module }) => module),
    36,
  );
  const blocks = blockAxis(layers);
  const values = known.map(({ name, index, module, cosine }) => ({
    ...{ layer: printable(name), block: blocks.of(index), cosine },
    module: modules.get(module) ?? module,
  }));
  return {
    width: WIDTH,
    height: 320,
    data: { values },
    layer: [
      ...labelled("threshold", threshold, "right", `threshold ${figure(threshold)}`),
      ...(mean === null ? [] : labelled("mean", mean, "left", `mean ${figure(mean)}`)),
      {
        mark: { type: "point", size: 70 },
        encoding: {
          x: {
            field: "block",
            type: "ordinal",
            sort: null,
            scale: { domain: blocks.domain },
            axis: { title: "block" },
          },
          y: {
            field: "cosine",
            type: "quantitative",
            title: "cosine similarity",
            scale: { zero: false, nice: true, padding: 10 },
          },
          ...colourAndShape("module", [...new Set(modules.values())]),
          tooltip: [
            { field: "layer", title: "layer" },
            { field: "cosine", title: "cosine", format: ".6~g" },
          ],
        },
      },
    ],
  };
}

/** The blocks of `layers` as an axis: the model's order, those without a number first, as the model has them. */
export function blockAxis(layers: readonly { readonly index: number | null }[]): {
  readonly domain: readonly string[];
  of(index: number | null): string;
} {
  const of = (index: number | null) => (index === null ? "none" : String(index));
  return { domain: [...new Set(layers.map(({ index }) => of(index)))], of };
}

function labelled(style: "threshold" | "mean", at: number, align: "left" | "right", text: string): VegaLite[] {
  const data = { values: [{}] };
  return [
    { data, mark: { type: "rule", style }, encoding: { y: { datum: at } } },
    {
      data,
      mark: { type: "text", style: `${style}-label`, align, baseline: "bottom", dy: -3 },
      encoding: { x: { value: align === "right" ? WIDTH : 4 }, y: { datum: at }, text: { value: text } },
    },
  ];
}
