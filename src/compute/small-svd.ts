import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";

/**
 * Singular values below this share of the greatest are not told from zero: they come from Gram matrices, whose entries are
 * squares, so that float64 leaves them about eight digits.
 */
export const RANK_TOLERANCE = 1e-7;

/** The singular value decomposition of an update of rank r, by r x r matrices alone. */
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
 * Decomposes dW = B A from the Gram matrices of its factors, gramA = A A^T and gramB = B^T B, both r x r, row-major.
 *
 * With any roots R_A^T R_A = gramA and R_B^T R_B = gramB there are orthonormal Q_A, Q_B with A^T = Q_A R_A and B = Q_B R_B,
 * so that dW = Q_B (R_B R_A^T) Q_A^T, and the small matrix has the singular values of dW (thin QR and small SVD: Golub and
 * Van Loan, Matrix Computations, section 8.6). From its U, S, V: the left singular vectors are B R_A^T V / S, the right ones
 * A^T R_B^T U / S. First the length of each column of B is moved to its row of A, which leaves dW as it is and keeps terms
 * that are small together from drowning beside a column that only looks large. Accurate to eps times the greatest singular
 * value for well-conditioned factors, to RANK_TOLERANCE times the largest rank-one term always.
 */
export function updateSvd(gramA: ArrayLike<number>, gramB: ArrayLike<number>, r: number): UpdateSvd {
  const lengths = Array.from({ length: r }, (_, p) => Math.sqrt(gramB[p * (r + 1)] ?? 0) || 1);
  const rootB = root(r, (i, j) => (gramB[i * r + j] ?? 0) / (lengths[i] ?? 1) / (lengths[j] ?? 1));
  const rootA = root(r, (i, j) => (gramA[i * r + j] ?? 0) * (lengths[i] ?? 1) * (lengths[j] ?? 1));
  const small = rootB.factor.mmul(rootA.factor.transpose());
  const svd = new SingularValueDecomposition(small);
  const order = svd.diagonal.map((_, i) => i).sort((i, j) => (svd.diagonal[j] ?? 0) - (svd.diagonal[i] ?? 0));
  const unscaled = order.map((i) => svd.diagonal[i] ?? 0);
  const greatest = unscaled[0] ?? 0;
  const rank = greatest === 0 ? 0 : unscaled.filter((value) => value > RANK_TOLERANCE * greatest).length;
  const kept = order.slice(0, rank);
  const directions = (rootFactor: Matrix, vectors: Matrix, scale: number) => {
    if (rank === 0) return new Matrix(r, 0);
    const columns = rootFactor.transpose().mmul(vectors.subMatrixColumn(kept));
    kept.forEach((_, column) => columns.mulColumn(column, 1 / ((unscaled[column] ?? 1) * scale)));
    return columns;
  };
  return {
    values: unscaled.map((value) => value * rootA.scale * rootB.scale),
    rank,
    // B R_A^T V / S with the scales of both roots taken out: B = scale_B (...), so 1 / scale_B remains.
    leftOfB: scaleRows(directions(rootA.factor, svd.rightSingularVectors, rootB.scale), (p) => 1 / (lengths[p] ?? 1)),
    rightOfA: scaleRows(directions(rootB.factor, svd.leftSingularVectors, rootA.scale), (p) => lengths[p] ?? 1),
  };
}

function scaleRows(matrix: Matrix, by: (row: number) => number): Matrix {
  for (let row = 0; row < matrix.rows; row++) matrix.mulRow(row, by(row));
  return matrix;
}

/** scale^2 R^T R = gram; taking the scale out keeps tiny and huge factors from underflow and overflow. */
function root(r: number, gram: (i: number, j: number) => number): { factor: Matrix; scale: number } {
  let trace = 0;
  for (let i = 0; i < r; i++) trace += gram(i, i);
  if (trace === 0) return { factor: Matrix.zeros(r, r), scale: 1 };
  const normal = new Matrix(r, r);
  for (let i = 0; i < r; i++) for (let j = 0; j < r; j++) normal.set(i, j, gram(i, j) / trace);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(normal, { assumeSymmetric: true });
  const factor = eigenvectorMatrix.transpose();
  realEigenvalues.forEach((value, i) => factor.mulRow(i, Math.sqrt(Math.max(0, value))));
  return { factor, scale: Math.sqrt(trace) };
}

/** Overlaps and principal angles of two updates. */
export interface SubspacePair {
  /** (x1_i . x2_j)^2, row-major rank1 x rank2 */
  readonly overlaps: readonly number[];
  /** Cosines of the principal angles, descending (Björck and Golub 1973). */
  readonly cosines: readonly number[];
}

/**
 * How two sets of orthonormal directions X_1 = F_1 C_1 and X_2 = F_2 C_2 lie to each other, from the cross Gram matrix
 * F_1^T F_2 (r1 x r2, row-major) of the factors that they are combinations of.
 */
export function subspacePair(cross: ArrayLike<number>, one: Matrix, other: Matrix): SubspacePair {
  if (one.columns === 0 || other.columns === 0) return { overlaps: [], cosines: [] };
  const product = new Matrix(one.rows, other.rows);
  for (let i = 0; i < one.rows; i++) {
    for (let j = 0; j < other.rows; j++) product.set(i, j, cross[i * other.rows + j] ?? 0);
  }
  const inner = one.transpose().mmul(product).mmul(other);
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  const { diagonal } = new SingularValueDecomposition(inner, { autoTranspose: true });
  return {
    overlaps: inner.to1DArray().map((value) => clamp(value ** 2)),
    cosines: diagonal.map(clamp).sort((left, right) => right - left),
  };
}
