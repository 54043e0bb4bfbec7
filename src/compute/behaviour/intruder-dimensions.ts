import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { largest } from "../../model/extremes.js";
import type { LinearModule } from "../../model/model-tensors.js";

/** Singular vectors of the adapted weight that are looked at, and the cosine below which one is an intruder: PEFT's defaults. */
const LEADING = 10;
const MAX_COSINE = 0.5;

/** Weights with a shorter side than this are decomposed. The time grows with its cube: about a minute for 1,024. */
export const MAX_DECOMPOSED_SIDE = 1_024;

/**
 * Returns the number of intruder dimensions of an adapted weight: its left singular vectors, of the ten with the largest singular
 * values, whose largest |cosine| with the left singular vectors of W is below 0.5 (Shuttleworth et al. 2024, arXiv 2410.21228,
 * section 3; peft/tuners/lora/intruders.py). Null for weights that are too large to decompose.
 *
 * @param weight W, [out, in]; `adapted` is W + dW
 */
export function intruderDimensions(
  weight: Float32Array,
  adapted: Float32Array,
  { inFeatures, outFeatures }: Pick<LinearModule, "inFeatures" | "outFeatures">,
): number | null {
  if (Math.min(inFeatures, outFeatures) > MAX_DECOMPOSED_SIDE) return null;
  const before = leftSingularVectors(weight, outFeatures, inFeatures);
  const after = leftSingularVectors(adapted, outFeatures, inFeatures);
  const leading = after.subMatrix(0, outFeatures - 1, 0, Math.min(LEADING, after.columns) - 1);
  const cosines = leading.transpose().mmul(before).abs();
  return cosines.to2DArray().filter((row) => largest(row) < MAX_COSINE).length;
}

/** Returns U of the thin decomposition, in descending order of the singular values. */
function leftSingularVectors(values: Float32Array, rows: number, columns: number): Matrix {
  const matrix = Matrix.from1DArray(rows, columns, Array.from(values));
  const svd = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const order = svd.diagonal.map((_, i) => i).sort((i, j) => (svd.diagonal[j] ?? 0) - (svd.diagonal[i] ?? 0));
  return svd.leftSingularVectors.subMatrixColumn(order);
}
