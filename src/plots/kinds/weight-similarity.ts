import { capital, count, figure, printable, shortNames } from "../labels.js";
import {
  comparedLines,
  comparedNotes,
  comparedRuns,
  layerCosine,
  NO_RUNS,
  nothingCompared,
  readSimilarity,
  type ComparedRuns,
  type LayerCosine,
} from "../parts/compared-runs.js";
import { blockAxis, colourAndShape, ONE_MARK, rangesOverSeeds } from "../parts/encodings.js";
import { shownRank } from "../parts/requested-rank.js";
import type { Subject } from "../parts/subject.js";
import { cosinesTable } from "../parts/tables.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

interface WeightSimilarity extends ComparedRuns {
  /** In model order. */
  readonly layers: readonly LayerCosine[];
  readonly mean: number | null;
  readonly threshold: number;
}

export const weightSimilarityKind = definePlotKind({
  name: "WEIGHT_SIMILARITY",
  description: "Cosine similarity of the updates of baseline and candidate at one rank, layer by layer.",
  reads: "WEIGHTS",
  read: readWeightSimilarity,
  draw: weightSimilarity,
});

/** @throws ARGUMENT_INVALID */
async function readWeightSimilarity(request: PlotRequest): Promise<PlotFacts<WeightSimilarity>> {
  const threshold = request.options.similarityThreshold;
  const rank = shownRank(request);
  if (rank === null) return complete({ ...NO_RUNS, layers: [], mean: null, threshold });
  const compared = await readSimilarity(request, rank);
  return {
    facts: {
      ...comparedRuns(rank, compared),
      layers: compared.layers.map(layerCosine),
      mean: compared.similarity.mean,
      threshold,
    },
    pendingJobs: compared.similarity.pendingJobs,
  };
}

const WIDTH = 620;

type KnownLayer = LayerCosine & { readonly cosine: number };

/** The cosine similarity of two runs' updates, layer by layer, with the threshold and the mean. */
export function weightSimilarity(subject: Subject, facts: WeightSimilarity): Plot {
  const { rank, layers } = facts;
  const reasons = layers.map(({ undefinedReason }) => undefinedReason);
  const known = layers.filter((layer): layer is KnownLayer => layer.cosine !== null);
  const cosines = known.map(({ cosine }) => cosine);
  const summary = summaryLines(facts, known.length);
  const range = `From ${figure(smallest(cosines))} to ${figure(largest(cosines))}.`;
  return {
    title: `Similarity of the weight updates by layer at rank ${rank}`,
    subtitle: [...comparedLines(subject, facts), ...(known.length === 0 ? [] : summary)],
    description: [
      `Cosine similarity of the two updates of each layer at rank ${rank}.`,
      ...summary.map((text) => `${capital(text)}.`),
      ...(known.length === 0 ? [] : [range]),
    ].join(" "),
    notes: known.length === 0 ? [] : comparedNotes(facts, reasons),
    table: cosinesTable(
      rank,
      layers.map((layer) => ({ ...layer, layer, part: null })),
      { withParts: false },
    ),
    body: known.length === 0 ? { missing: nothingCompared(facts, reasons) } : body(facts, known),
  };
}

function summaryLines({ layers, mean, threshold }: WeightSimilarity, known: number): string[] {
  if (mean === null) return [];
  const comparison = mean > threshold ? "above" : "not above";
  return [
    `mean ${figure(mean)} over ${known} of ${count(layers.length, "layer")}, ${comparison} the threshold of ${figure(threshold)}`,
  ];
}

function body({ layers, mean, threshold }: WeightSimilarity, known: readonly KnownLayer[]): VegaLite {
  const modules = shortNames(
    layers.map(({ module }) => module),
    36,
  );
  const blocks = blockAxis(layers);
  const values = known.map(({ name, index, module, cosine, spread }) => ({
    layer: printable(name),
    block: blocks.labelOf(index),
    cosine,
    pairs: spread.pairs,
    // A single pair has no spread to draw.
    ...(spread.pairs > 1 && { low: spread.min, high: spread.max }),
    module: modules.get(module) ?? module,
  }));
  return {
    width: WIDTH,
    height: 320,
    data: { values },
    layer: [
      ...labelledRule("threshold", threshold, "right"),
      ...(mean === null ? [] : labelledRule("mean", mean, "left")),
      ...(values.some(({ pairs }) => pairs > 1)
        ? [rangesOverSeeds({ field: "block", type: "ordinal", sort: null, scale: { domain: blocks.domain } })]
        : []),
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
            { field: "pairs", title: "pairs of seeds" },
          ],
        },
      },
    ],
  };
}

/** A horizontal line with its value as text at one end. */
function labelledRule(name: "threshold" | "mean", value: number, align: "left" | "right"): VegaLite[] {
  return [
    { data: ONE_MARK, mark: { type: "rule", style: name }, encoding: { y: { datum: value } } },
    {
      data: ONE_MARK,
      mark: { type: "text", style: `${name}-label`, align, baseline: "bottom", dy: -3 },
      encoding: {
        x: { value: align === "right" ? WIDTH : 4 },
        y: { datum: value },
        text: { value: `${name} ${figure(value)}` },
      },
    },
  ];
}
