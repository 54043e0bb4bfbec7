import { meanAndRange, type LayerSimilarity } from "./layer-similarity.js";
import type { UndefinedReason } from "../undefined-reason.js";

export type SimilarityMeasure = "COSINE" | "L2" | "RELATIVE_DIFFERENCE" | "INITIAL_COSINE";

/** N x N values, row-major; a row's run is the baseline. */
export interface SimilarityMatrix {
  readonly values: readonly (readonly (number | null)[])[];
  /** Why a value is null. */
  readonly undefinedReasons: readonly (readonly (UndefinedReason | null)[])[];
}

/** A matrix over several layers: each value is a mean. */
export interface MeanMatrix extends SimilarityMatrix {
  /** Over how many layers each value is. */
  readonly comparedLayers: readonly (readonly number[])[];
}

/**
 * The matrix of one layer from what is known of each pair of runs i <= j (i the baseline). All measures are symmetric but
 * the relative difference, which is to the norm of the row's run.
 */
export function layerMatrix(
  runs: number,
  measure: SimilarityMeasure,
  similarityOf: (i: number, j: number) => LayerSimilarity,
): SimilarityMatrix {
  const upper = (i: number, j: number) => similarityOf(Math.min(i, j), Math.max(i, j));
  const values = square(runs, (i, j) => {
    const value = valueOf(upper(i, j), measure, i > j);
    return i === j && value !== null ? ITSELF[measure] : value;
  });
  return {
    values,
    undefinedReasons: square(runs, (i, j) =>
      values[i]?.[j] === null ? (upper(i, j).undefinedReason ?? NO_REASON[measure]) : null,
    ),
  };
}

/** A run against itself, where it has an update: no rounding. */
const ITSELF: Readonly<Record<SimilarityMeasure, number>> = {
  COSINE: 1,
  L2: 0,
  RELATIVE_DIFFERENCE: 0,
  INITIAL_COSINE: 1,
};

/** The only null without a reason of its own is cos(A1, A2) of different shapes, or of an A that is zero. */
const NO_REASON: Readonly<Record<SimilarityMeasure, UndefinedReason>> = {
  COSINE: "ZERO_UPDATE",
  L2: "NOT_FINITE",
  RELATIVE_DIFFERENCE: "ZERO_UPDATE",
  INITIAL_COSINE: "SHAPES_DIFFER",
};

/**
 * The unweighted mean over the layers that both runs have. While one of them is pending the value is null: half the layers
 * say nothing of the whole.
 */
export function meanMatrix(runs: number, layers: readonly SimilarityMatrix[]): MeanMatrix {
  const cells = square(runs, (i, j) => {
    const reasons = layers.flatMap(({ undefinedReasons }) => undefinedReasons[i]?.[j] ?? []);
    const known = meanAndRange(layers.map(({ values }) => values[i]?.[j] ?? null));
    const reason: UndefinedReason | null = reasons.includes("PENDING")
      ? "PENDING"
      : known === undefined
        ? (reasons.find((found) => found !== "WEIGHTS_MISSING") ?? "WEIGHTS_MISSING")
        : null;
    return { value: reason === null ? (known?.mean ?? null) : null, reason, n: known?.n ?? 0 };
  });
  return {
    values: cells.map((row) => row.map(({ value }) => value)),
    undefinedReasons: cells.map((row) => row.map(({ reason }) => reason)),
    comparedLayers: cells.map((row) => row.map(({ n }) => n)),
  };
}

function valueOf(similarity: LayerSimilarity, measure: SimilarityMeasure, turned: boolean): number | null {
  const { cosineSimilarity, l2Distance, relativeDifference, candidateNorm, initialCosine } = similarity;
  switch (measure) {
    case "COSINE":
      return cosineSimilarity;
    case "L2":
      return l2Distance;
    case "INITIAL_COSINE":
      return initialCosine;
    case "RELATIVE_DIFFERENCE":
      if (!turned) return relativeDifference;
      return l2Distance === null || candidateNorm === null || candidateNorm === 0 ? null : l2Distance / candidateNorm;
  }
}

function square<Cell>(size: number, cell: (i: number, j: number) => Cell): Cell[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => cell(i, j)));
}
