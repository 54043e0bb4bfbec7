import type { SimilarityMeasure, UndefinedReason } from "../../model/enums/similarity.js";
import { meanAndRange } from "../statistics/sample.js";
import type { LayerSimilarity } from "./layer-similarity.js";

/**
 * Maximum number of runs in a matrix, and of runs that a page or a request compares at once. 64 runs have 2,080 pairs per layer
 * and 4,096 values, as many as a plot can show.
 */
export const MAX_COMPARED_RUNS = 64;

/** N x N values of N runs. The run of the row is the baseline. */
export interface SimilarityMatrix {
  readonly values: readonly (readonly (number | null)[])[];
  /** Why a value is null, N x N. */
  readonly undefinedReasons: readonly (readonly (UndefinedReason | null)[])[];
}

/** A matrix whose values are means over several layers. */
export interface MeanMatrix extends SimilarityMatrix {
  /** Number of layers in each mean, N x N. */
  readonly comparedLayers: readonly (readonly number[])[];
}

/**
 * Returns the matrix of one layer. All measures are symmetric except the relative difference, which is relative to the norm
 * of the row's run.
 *
 * @param runs number of runs N
 * @param similarityOf the similarity of the runs i <= j, where i is the baseline
 */
export function layerMatrix(
  runs: number,
  measure: SimilarityMeasure,
  similarityOf: (i: number, j: number) => LayerSimilarity,
): SimilarityMatrix {
  const similarityAt = (i: number, j: number) => similarityOf(Math.min(i, j), Math.max(i, j));
  const values = squareMatrix(runs, (i, j) => {
    const value = valueOf(similarityAt(i, j), measure, i > j);
    return i === j && value !== null ? VALUE_WITH_ITSELF[measure] : value;
  });
  const undefinedReasons = squareMatrix(runs, (i, j) =>
    values[i]?.[j] === null ? (similarityAt(i, j).undefinedReason ?? DEFAULT_REASON[measure]) : null,
  );
  return { values, undefinedReasons };
}

/** The exact value of a run compared with itself, without rounding. */
const VALUE_WITH_ITSELF: Readonly<Record<SimilarityMeasure, number>> = {
  COSINE: 1,
  L2: 0,
  RELATIVE_DIFFERENCE: 0,
  INITIAL_COSINE: 1,
};

/** The reason for a null without a reason of its own, which only cos(A1, A2) has: A differs in shape, or is zero. */
const DEFAULT_REASON: Readonly<Record<SimilarityMeasure, UndefinedReason>> = {
  COSINE: "ZERO_UPDATE",
  L2: "NOT_FINITE",
  RELATIVE_DIFFERENCE: "ZERO_UPDATE",
  INITIAL_COSINE: "SHAPES_DIFFER",
};

/**
 * Returns the unweighted mean over the layers that both runs have. A value is null while one of its layers is pending,
 * because a mean over the other layers would change.
 *
 * @param runs number of runs N
 */
export function meanMatrix(runs: number, layers: readonly SimilarityMatrix[]): MeanMatrix {
  return meanMatrixOfRows(Array.from({ length: runs }, (_, i) => meanRow(runs, layers, i)));
}

/** Returns one row of the mean matrix, so that a caller can compute the rows one at a time. */
export function meanRow(runs: number, layers: readonly SimilarityMatrix[], i: number): MeanCell[] {
  return Array.from({ length: runs }, (_, j) => meanCell(layers, i, j));
}

/** Returns the mean matrix of rows. */
export function meanMatrixOfRows(rows: readonly (readonly MeanCell[])[]): MeanMatrix {
  return {
    values: rows.map((row) => row.map(({ value }) => value)),
    undefinedReasons: rows.map((row) => row.map(({ reason }) => reason)),
    comparedLayers: rows.map((row) => row.map(({ comparedLayers }) => comparedLayers)),
  };
}

interface MeanCell {
  readonly value: number | null;
  readonly reason: UndefinedReason | null;
  readonly comparedLayers: number;
}

function meanCell(layers: readonly SimilarityMatrix[], i: number, j: number): MeanCell {
  const reasons = layers.flatMap(({ undefinedReasons }) => undefinedReasons[i]?.[j] ?? []);
  const known = meanAndRange(layers.map(({ values }) => values[i]?.[j] ?? null));
  const comparedLayers = known?.n ?? 0;
  if (reasons.includes("PENDING")) return { value: null, reason: "PENDING", comparedLayers };
  if (known !== undefined) return { value: known.mean, reason: null, comparedLayers };
  const reason = reasons.find((found) => found !== "WEIGHTS_MISSING") ?? "WEIGHTS_MISSING";
  return { value: null, reason, comparedLayers };
}

/** Returns one measure of a similarity. With `isReversed`, baseline and candidate are exchanged. */
function valueOf(similarity: LayerSimilarity, measure: SimilarityMeasure, isReversed: boolean): number | null {
  switch (measure) {
    case "COSINE":
      return similarity.cosineSimilarity;
    case "L2":
      return similarity.l2Distance;
    case "INITIAL_COSINE":
      return similarity.initialCosine;
    case "RELATIVE_DIFFERENCE":
      return isReversed ? reversedRelativeDifference(similarity) : similarity.relativeDifference;
  }
}

function reversedRelativeDifference({ l2Distance, candidateNorm }: LayerSimilarity): number | null {
  if (l2Distance === null || candidateNorm === null || candidateNorm === 0) return null;
  return l2Distance / candidateNorm;
}

function squareMatrix<Cell>(size: number, cell: (i: number, j: number) => Cell): Cell[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => cell(i, j)));
}
