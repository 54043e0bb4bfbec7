import { defineEnum, type EnumValue } from "../model/enums/define-enum.js";
import { degradationAcrossStudiesKind } from "./kinds/degradation-across-studies.js";
import { layerHeatmapKind } from "./kinds/layer-heatmap.js";
import { lossCurvesKind } from "./kinds/loss-curves.js";
import { memoryComparisonKind } from "./kinds/memory-comparison.js";
import { memoryVsPerformanceKind } from "./kinds/memory-vs-performance.js";
import { rankThresholdKind } from "./kinds/rank-threshold.js";
import { similarityMatrixKind } from "./kinds/similarity-matrix.js";
import { singularValueSpectraKind } from "./kinds/singular-value-spectra.js";
import { trainingEfficiencyKind } from "./kinds/training-efficiency.js";
import { weightSimilarityKind } from "./kinds/weight-similarity.js";
import type { PlotKindEntry } from "./plot-kind.js";

/** Every kind of plot. The API's enum, the names of files and the costs of queries follow from this list. */
export const PLOT_KINDS = [
  memoryComparisonKind,
  trainingEfficiencyKind,
  rankThresholdKind,
  weightSimilarityKind,
  memoryVsPerformanceKind,
  layerHeatmapKind,
  lossCurvesKind,
  similarityMatrixKind,
  singularValueSpectraKind,
  degradationAcrossStudiesKind,
] as const;

export const PlotKind = defineEnum(
  "PlotKind",
  "What a plot shows.",
  Object.fromEntries(PLOT_KINDS.map(({ name, description }) => [name, description])) as Record<
    (typeof PLOT_KINDS)[number]["name"],
    string
  >,
);
export type PlotKind = EnumValue<typeof PlotKind>;

/** Returns the definition of a kind. */
export function plotKind(name: PlotKind): PlotKindEntry {
  const kind = PLOT_KINDS.find((entry) => entry.name === name);
  if (kind === undefined) throw new Error(`there is no plot kind ${name}`);
  return kind;
}
