import { Matrix, SingularValueDecomposition } from "ml-matrix";

/** An update's singular values, and how its singular vectors come from its factors. */
export interface UpdateSvd {
  /** All r, descending. */
  readonly values: readonly number[];
  /** How many of them are told from zero. */
  readonly rank: number;
  /** r x rank: B times it are the left singular vectors of B A (outFeatures long), those of values told from zero. */
  readonly leftOfB: Matrix;
  /** r x rank: A^T times it are the right singular vectors (inFeatures long). */
  readonly rightOfA: Matrix;
}

/**
 * The singular value decomposition of dW = B A from r x r matrices: with A = R_A Q_A and B^T = R_B Q_B (gram-root.ts),
 *
 *     dW = Q_B^T (R_B^T R_A) Q_A,   R_B^T R_A = U S V^T,
 *
 * so that S are dW's singular values, and its singular vectors are Q_B^T U = B (R_A V S^-1) and Q_A^T V = A^T (R_B U S^-1)
 * (thin QR and small SVD: Golub and Van Loan, Matrix Computations, section 8.6).
 *
 * Singular values err by about eps |A| |B|; those up to max(in, out) eps times the greatest, or r eps |A| |B|, are taken
 * for zero in the rank. A singular vector errs by about eps |A| |B| over its singular value, and over the distance to the
 * next.
 */
export function updateSvd(rootA: Matrix, rootB: Matrix, inFeatures: number, outFeatures: number): UpdateSvd {
  const r = rootA.rows;
  // SVD's own thresholds are absolute: it is given a matrix of norm 1.
  const small = rootB.transpose().mmul(rootA);
  const norm = small.norm("frobenius");
  if (norm === 0) {
    return { values: new Array<number>(r).fill(0), rank: 0, leftOfB: new Matrix(r, 0), rightOfA: new Matrix(r, 0) };
  }
  const svd = new SingularValueDecomposition(Matrix.div(small, norm));
  const order = svd.diagonal.map((_, i) => i).sort((i, j) => (svd.diagonal[j] ?? 0) - (svd.diagonal[i] ?? 0));
  const values = order.map((i) => (svd.diagonal[i] ?? 0) * norm);
  const rounding = Math.max(
    Math.max(inFeatures, outFeatures) * (values[0] ?? 0),
    r * rootA.norm("frobenius") * rootB.norm("frobenius"),
  );
  const rank = values.filter((value) => value > Number.EPSILON * rounding).length;
  const vectors = (root: Matrix, all: Matrix) =>
    rank === 0
      ? new Matrix(r, 0)
      : root
          .mmul(all.subMatrixColumn(order.slice(0, rank)))
          .mulRowVector(values.slice(0, rank).map((value) => 1 / value));
  return {
    values,
    rank,
    leftOfB: vectors(rootA, svd.rightSingularVectors),
    rightOfA: vectors(rootB, svd.leftSingularVectors),
  };
}
