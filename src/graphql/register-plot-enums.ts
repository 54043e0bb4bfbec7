import { registerEnumType } from "type-graphql";
import { PlotKind, PlotTheme } from "../model/plot-enums.js";

/** Makes these enums known to type-graphql, with their names and descriptions in the schema. */
export function registerPlotEnums(): void {
  registerEnumType(PlotKind, {
    name: "PlotKind",
    description: "What a picture shows.",
    valuesConfig: {
      MEMORY_COMPARISON: { description: "Peak memory of baseline and candidate by rank." },
      TRAINING_EFFICIENCY: { description: "Seconds per optimizer step, and the metric, by rank." },
      RANK_THRESHOLD: {
        description: "The metric of both sides by rank; the degradation with its interval, the threshold and r*.",
      },
      WEIGHT_SIMILARITY: { description: "Cosine of the two sides' updates, layer by layer, at one rank." },
      MEMORY_VS_PERFORMANCE: { description: "Each run's peak memory against its metric, with the Pareto frontier." },
      LAYER_HEATMAP: { description: "Cosine by block and module at one rank, with q, k and v of fused projections." },
      LOSS_CURVES: {
        description: "Training and evaluation loss of the runs over their steps; of one rank where it is given.",
      },
      SIMILARITY_MATRIX: {
        description: "Mean cosine of all pairs of runs, alike ones beside each other; of one rank where it is given.",
      },
      SINGULAR_VALUE_SPECTRA: {
        description:
          "Singular values of both sides' updates at one rank: median over the layers of a module, and their range.",
      },
      DEGRADATION_ACROSS_STUDIES: {
        description: "Degradation with its interval at every rank of one study, or of many.",
      },
    },
  });
  registerEnumType(PlotTheme, {
    name: "PlotTheme",
    description: "What background a picture is drawn for.",
    valuesConfig: {
      LIGHT: { description: "Dark marks and text on white." },
      DARK: { description: "Light marks and text on near black." },
    },
  });
}
