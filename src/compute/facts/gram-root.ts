import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * Returns the eigenvectors of a symmetric size x size matrix (row-major), as columns. The matrix is scaled by a power of two,
 * which is exact, against underflow and overflow.
 */
export function eigenvectors(gram: ArrayLike<number>, size: number): Matrix {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += gram[i * (size + 1)] ?? 0;
  const scale = trace > 0 ? 2 ** -Math.round(Math.log2(trace)) : 1;
  const scaled = Matrix.from1DArray(
    size,
    size,
    Array.from(gram, (value) => value * scale),
  );
  return new EigenvalueDecomposition(scaled, { assumeSymmetric: true }).eigenvectorMatrix;
}

/**
 * Returns R with A = R Q, where Q has orthonormal rows, for a matrix A of `size` rows.
 *
 * The root of A A^T itself has A's singular values only down to sqrt(eps) of the largest one, since squaring loses half the
 * digits. The rows of V^T A are orthogonal up to rounding; computed anew from A, each has an error of eps |A|. Scaled to
 * length 1, their Gram matrix is the identity up to rounding, and its root is exact: V^T A = D C^(1/2) Q with D their
 * lengths, so that R = V D C^(1/2) has an error of about eps |A|. (The second step of Cholesky QR rests on the same idea:
 * Yamamoto et al., "Roundoff error analysis of the CholeskyQR2 algorithm", ETNA 44, 2015.)
 *
 * @param vectors V, the eigenvectors of A A^T as columns
 * @param rotatedGram the Gram matrix of V^T A, row-major
 */
export function gramRoot(vectors: Matrix, rotatedGram: ArrayLike<number>, size: number): Matrix {
  const at = (p: number, q: number) => rotatedGram[p * size + q] ?? NaN;
  const lengths = Array.from({ length: size }, (_, p) => Math.sqrt(Math.max(0, at(p, p))));
  const correlations = Matrix.eye(size);
  for (let p = 0; p < size; p++) {
    for (let q = 0; q < p; q++) {
      const [one, other] = [lengths[p] ?? 0, lengths[q] ?? 0];
      const value = one === 0 || other === 0 ? 0 : at(p, q) / one / other;
      correlations.set(p, q, value);
      correlations.set(q, p, value);
    }
  }
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(correlations, { assumeSymmetric: true });
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  return vectors.clone().mulRowVector(lengths).mmul(eigenvectorMatrix.mulRowVector(roots));
}
