import type { AnalysisContext } from "../../analysis/request/analysis-context.js";
import type { ComparedLayer } from "../../analysis/similarity/compare-layers.js";
import { compareProjections } from "../../analysis/similarity/compare-projections.js";
import type { StudyLayer } from "../../analysis/similarity/similarity-loader.js";
import { pairStatistics } from "../../derive/similarity/pair-statistics.js";
import { figure, printable, shortNames } from "../labels.js";
import {
  comparedLines,
  cosineFacts,
  comparedNotes,
  comparedRuns,
  layerCosine,
  NO_RUNS,
  nothingCompared,
  readSimilarity,
  type ComparedRuns,
  type LayerCosine,
} from "../parts/compared-runs.js";
import { blockAxis } from "../parts/encodings.js";
import { extentOf, heatmap } from "../parts/heatmap.js";
import { shownRank } from "../parts/requested-rank.js";
import type { Subject } from "../parts/subject.js";
import { cosinesTable, type CosineRow } from "../parts/tables.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

/** The q, k or v of a fused projection. */
type LayerPart = Pick<LayerCosine, "name" | "cosine" | "spread" | "undefinedReason">;

/** A layer with the parts of its fused projection; empty if it is not fused. */
interface DividedLayer extends LayerCosine {
  readonly parts: readonly LayerPart[];
}

interface LayerHeatmap extends ComparedRuns {
  /** In model order. */
  readonly layers: readonly DividedLayer[];
}

export const layerHeatmapKind = definePlotKind({
  name: "LAYER_HEATMAP",
  description: "Cosine similarity by block and module at one rank, with q, k and v of fused projections.",
  reads: "WEIGHTS",
  read: readLayerHeatmap,
  draw: layerHeatmap,
});

/** @throws ARGUMENT_INVALID */
async function readLayerHeatmap(request: PlotRequest): Promise<PlotFacts<LayerHeatmap>> {
  const rank = shownRank(request);
  if (rank === null) return complete({ ...NO_RUNS, layers: [] });
  const compared = await readSimilarity(request, rank);
  const divided = await Promise.all(
    compared.layers.map((layer, i) => {
      const ofPairs = compared.pairs.flatMap((pair) => pair[i] ?? []);
      return readParts(layer, ofPairs, request.context);
    }),
  );
  const pendingJobs = [...compared.similarity.pendingJobs, ...divided.flatMap((one) => one.pendingJobs)];
  return {
    facts: { ...comparedRuns(rank, compared), layers: divided.map(({ facts }) => facts) },
    pendingJobs: [...new Set(pendingJobs)],
  };
}

/** @param ofPairs the layer in every pair of seeds */
async function readParts(
  layer: StudyLayer,
  ofPairs: readonly ComparedLayer[],
  context: AnalysisContext,
): Promise<PlotFacts<DividedLayer>> {
  const byPair = await Promise.all(ofPairs.map((compared) => compareProjections(compared, context)));
  const [first = []] = byPair;
  const parts = first.map(({ part: { name } }, i) => {
    const updates = byPair.flatMap((projections) => projections[i]?.updates.similarity ?? []);
    const pendingJobs = updates.flatMap(({ pendingJob }) => pendingJob ?? []);
    const cosine = pairStatistics(
      updates.map(({ cosineSimilarity }) => cosineSimilarity),
      [...new Set(pendingJobs)],
      updates.map(({ undefinedReason }) => undefinedReason),
    );
    return { pendingJobs, facts: { name, ...cosineFacts(cosine) } };
  });
  return {
    facts: { ...layerCosine(layer), parts: parts.map(({ facts }) => facts) },
    pendingJobs: parts.flatMap(({ pendingJobs }) => pendingJobs),
  };
}

/** A row of the heatmap: a module, or a part of its fused projections. */
interface HeatmapRow {
  readonly module: string;
  readonly part: string | null;
}

/** Cosine similarity by block and module; a fused projection is followed by its q, k and v. */
export function layerHeatmap(subject: Subject, facts: LayerHeatmap): Plot {
  const { rank, layers } = facts;
  const reasons = layers.map(({ undefinedReason }) => undefinedReason);
  const rows = rowsOf(layers);
  const cells = rows.flatMap((row) => cellsOf(row, layers));
  const hasParts = rows.some(({ part }) => part !== null);
  const range = rangeText(cells);
  return {
    title: `Similarity of the weight updates by block and module at rank ${rank}`,
    subtitle: [...comparedLines(subject, facts), ...(range === null ? [] : [`cosine ${range}`])],
    description: [
      `Cosine similarity of the two updates by block and module at rank ${rank}`,
      hasParts ? ", with q, k and v of fused projections" : "",
      range === null ? "" : `: ${range}`,
      ".",
    ].join(""),
    notes: range === null ? [] : comparedNotes(facts, reasons),
    table: cosinesTable(rank, cells, { withParts: true }),
    body: range === null ? { missing: nothingCompared(facts, reasons) } : body(layers, rows, cells),
  };
}

/** Returns the range of the similarities, with the place of the minimum; null if there is none. */
function rangeText(cells: readonly CosineRow[]): string | null {
  const cosines = cells.flatMap(({ cosine }) => cosine ?? []);
  const minimum = smallest(cosines);
  const lowest = cells.find(({ cosine }) => cosine === minimum);
  if (lowest === undefined) return null;
  const part = lowest.part === null ? "" : `, ${lowest.part}`;
  return `from ${figure(minimum)} (${printable(lowest.layer.name)}${part}) to ${figure(largest(cosines))}`;
}

/** Returns a row for each module, in model order, each followed by rows for its parts. */
function rowsOf(layers: readonly DividedLayer[]): HeatmapRow[] {
  const modules = [...new Set(layers.map(({ module }) => module))];
  return modules.flatMap((module) => {
    const parts = layers
      .filter((layer) => layer.module === module)
      .flatMap((layer) => layer.parts.map(({ name }) => name));
    return [null, ...new Set(parts)].map((part) => ({ module, part }));
  });
}

function cellsOf({ module, part }: HeatmapRow, layers: readonly DividedLayer[]): CosineRow[] {
  return layers
    .filter((layer) => layer.module === module)
    .flatMap((layer) => {
      const shown = part === null ? layer : layer.parts.find(({ name }) => name === part);
      if (shown === undefined) return [];
      const { cosine, spread, undefinedReason } = shown;
      return [{ layer, part, cosine, spread, undefinedReason }];
    });
}

function body(layers: readonly DividedLayer[], rows: readonly HeatmapRow[], cells: readonly CosineRow[]): VegaLite {
  const modules = shortNames(
    layers.map(({ module }) => module),
    36,
  );
  const labelOf = ({ module, part }: HeatmapRow) => {
    const name = modules.get(module) ?? module;
    return part === null ? name : `${name}: ${part}`;
  };
  const blocks = blockAxis(layers);
  return heatmap({
    cells: cells.map(({ layer, part, cosine, spread, undefinedReason }) => ({
      row: labelOf({ module: layer.module, part }),
      column: blocks.labelOf(layer.index),
      value: cosine,
      details: {
        layer: layer.name,
        part: part ?? "all",
        cosine,
        "standard deviation": spread.standardDeviation,
        "pairs of seeds": spread.pairs,
        "undefined because": undefinedReason,
      },
    })),
    rows: rows.map(labelOf),
    columns: blocks.domain,
    titles: { row: null, column: "block", value: "cosine" },
    size: { width: Math.min(44, Math.max(12, Math.floor(720 / blocks.domain.length))), height: 26 },
    columnAngle: 0,
    extent: extentOf(cells.flatMap(({ cosine }) => cosine ?? [])),
  });
}
