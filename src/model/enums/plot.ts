import { defineEnum, type EnumValue } from "./define-enum.js";

export const PlotKind = defineEnum("PlotKind", "What a plot shows.", {
  MEMORY_COMPARISON: "Peak memory of baseline and candidate by rank.",
  TRAINING_EFFICIENCY: "Seconds per optimizer step, and the metric, by rank.",
  RANK_THRESHOLD:
    "The metric of baseline and candidate by rank, and the degradation with its interval, the threshold and r*.",
  WEIGHT_SIMILARITY: "Cosine similarity of the updates of baseline and candidate at one rank, layer by layer.",
  MEMORY_VS_PERFORMANCE: "Peak memory of each run against its metric, with the Pareto frontier.",
  LAYER_HEATMAP: "Cosine similarity by block and module at one rank, with q, k and v of fused projections.",
  LOSS_CURVES: "Training and evaluation loss of the runs by step; restricted to one rank if `rank` is given.",
  SIMILARITY_MATRIX:
    "Mean cosine similarity of all pairs of runs, ordered by similarity; restricted to one rank if `rank` is given.",
  SINGULAR_VALUE_SPECTRA:
    "Singular values of the updates of baseline and candidate at one rank: median and range over the layers of a module.",
  DEGRADATION_ACROSS_STUDIES: "Degradation with its interval at every rank, for one or more studies.",
});
export type PlotKind = EnumValue<typeof PlotKind>;

export const PlotTheme = defineEnum("PlotTheme", "The background that a plot is drawn for.", {
  LIGHT: "Dark marks and text on white.",
  DARK: "Light marks and text on near black.",
});
export type PlotTheme = EnumValue<typeof PlotTheme>;
