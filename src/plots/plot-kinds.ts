import { defineEnum, type EnumValue } from "../model/enums/define-enum.js";
import { degradationAcrossStudiesKind } from "./kinds/degradation-across-studies.js";
import { divergenceByRankKind } from "./kinds/divergence-by-rank.js";
import { layerHeatmapKind } from "./kinds/layer-heatmap.js";
import { layerSensitivityKind } from "./kinds/layer-sensitivity.js";
import { lossCurvesKind } from "./kinds/loss-curves.js";
import { memoryComparisonKind } from "./kinds/memory-comparison.js";
import { memoryVsPerformanceKind } from "./kinds/memory-vs-performance.js";
import { rankThresholdKind } from "./kinds/rank-threshold.js";
import { setLossByRankKind } from "./kinds/set-loss-by-rank.js";
import { similarityMatrixKind } from "./kinds/similarity-matrix.js";
import { singularValueSpectraKind } from "./kinds/singular-value-spectra.js";
import { tokenMatchByRankKind } from "./kinds/token-match-by-rank.js";
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
  layerSensitivityKind,
  divergenceByRankKind,
  setLossByRankKind,
  tokenMatchByRankKind,
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
