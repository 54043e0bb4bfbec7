import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { Execution } from "../../model/computed-facts.js";

/** Decompositions are always computed on the CPU, in float64. */
export const FLOAT64_CPU: Execution = { provider: "cpu", precision: "float64", fallback: null };

/** An update's singular values, and its singular vectors as combinations of its factors. */
export interface UpdateSvd {
  /** All r, descending. */
  readonly values: readonly number[];
  /** Number of values that are distinguishable from zero. */
  readonly rank: number;
  /** r x rank: B times it are the left singular vectors of B A (outFeatures long) of these values. */
  readonly leftOfB: Matrix;
  /** r x rank: A^T times it are the right singular vectors (inFeatures long). */
  readonly rightOfA: Matrix;
}

/**
 * Computes the singular value decomposition of dW = B A from r x r matrices: with A = R_A Q_A and B^T = R_B Q_B
 * (gramRoot in decompose-updates.ts),
 *
 *     dW = Q_B^T (R_B^T R_A) Q_A,   R_B^T R_A = U S V^T,
 *
 * so that S are dW's singular values, and its singular vectors are Q_B^T U = B (R_A V S^-1) and Q_A^T V = A^T (R_B U S^-1)
 * (thin QR and small SVD: Golub and Van Loan, Matrix Computations, section 8.6).
 *
 * The error of a singular value is about eps |A| |B|. Values up to max(in, out) eps times the largest one, or r eps |A| |B|,
 * count as zero in the rank. The error of a singular vector is about eps |A| |B| over its singular value, and over the
 * distance to the next.
 */
export function updateSvd(rootA: Matrix, rootB: Matrix, inFeatures: number, outFeatures: number): UpdateSvd {
  const r = rootA.rows;
  const small = rootB.transpose().mmul(rootA);
  const norm = small.norm("frobenius");
  if (norm === 0) {
    return { values: new Array<number>(r).fill(0), rank: 0, leftOfB: new Matrix(r, 0), rightOfA: new Matrix(r, 0) };
  }
  // The thresholds of SingularValueDecomposition are absolute, so it gets a matrix of norm 1.
  const svd = new SingularValueDecomposition(Matrix.div(small, norm));
  const order = svd.diagonal.map((_, i) => i).sort((i, j) => (svd.diagonal[j] ?? 0) - (svd.diagonal[i] ?? 0));
  const values = order.map((i) => (svd.diagonal[i] ?? 0) * norm);
  const rounding = Math.max(
    Math.max(inFeatures, outFeatures) * (values[0] ?? 0),
    r * rootA.norm("frobenius") * rootB.norm("frobenius"),
  );
  const rank = values.filter((value) => value > Number.EPSILON * rounding).length;
  const columns = order.slice(0, rank);
  const inverses = values.slice(0, rank).map((value) => 1 / value);
  return {
    values,
    rank,
    leftOfB: scaledVectors(rootA, svd.rightSingularVectors, columns, inverses),
    rightOfA: scaledVectors(rootB, svd.leftSingularVectors, columns, inverses),
  };
}

/** Returns root * vectors * diag(inverses), of the given columns of `vectors`. */
function scaledVectors(root: Matrix, vectors: Matrix, columns: readonly number[], inverses: readonly number[]): Matrix {
  if (columns.length === 0) return new Matrix(root.rows, 0);
  return root.mmul(vectors.subMatrixColumn([...columns])).mulRowVector([...inverses]);
}
