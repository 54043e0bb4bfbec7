import { Matrix, SingularValueDecomposition } from "ml-matrix";

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
